"""The shop's orders and the products on them."""

from dataclasses import dataclass, field

from retour.sandbox.magento.documents import Address
from retour.sandbox.magento.orders import Orders


@dataclass(slots=True)
class Product:
    """A product of the catalogue."""

    id: int
    sku: str
    ean: str | None
    name: str


@dataclass(slots=True)
class OrderItem:
    """One line of an order."""

    item_id: int
    product: Product
    qty_ordered: float
    price: float
    qty_refunded: float = 0


@dataclass(slots=True)
class Order:
    """One order, invoiced and shipped; times are "YYYY-MM-DD HH:MM:SS" in UTC, as the shop writes them."""

    entity_id: int
    increment_id: str
    ext_order_id: str | None
    store_id: int
    status: str
    state: str
    created_at: str
    updated_at: str
    billing: Address
    items: list[OrderItem]
    currency: str
    shipping_amount: float
    payment_method: str
    shipping_refunded: float = 0
    credit_memos: list[str] = field(default_factory=list)

    @property
    def invoice_number(self) -> str:
        return f"{self.entity_id:09d}"

    @property
    def subtotal(self) -> float:
        return round(sum(item.price * item.qty_ordered for item in self.items), 2)

    @property
    def grand_total(self) -> float:
        return round(self.subtotal + self.shipping_amount, 2)

    def item_of(self, sku: str) -> OrderItem | None:
        return next((item for item in self.items if item.product.sku == sku), None)


class OrderBook(Orders[Order]):
    """Products too, by each of their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self._products: dict[int, Product] = {}
        self._by_sku: dict[str, Product] = {}
        self._by_ean: dict[str, Product] = {}
        self._next_item = 1
        self._next_product = 1

    def next_item_id(self) -> int:
        self._next_item += 1
        return self._next_item - 1

    def stock(self, sku: str, name: str, ean: str | None, product_id: int | None = None) -> Product:
        """The product with this SKU, made when there is none; an id that is taken is not used again."""
        product = self._by_sku.get(sku)
        if product is None:
            number = self._next_product if product_id is None or product_id in self._products else product_id
            self._next_product = max(self._next_product, number + 1)
            product = Product(number, sku, ean, name)
            self._products[number] = self._by_sku[sku] = product
            if ean:
                self._by_ean.setdefault(ean, product)
        return product

    def product(self, product_id: int) -> Product | None:
        return self._products.get(product_id)

    def product_with_ean(self, ean: str) -> Product | None:
        return self._by_ean.get(ean)
