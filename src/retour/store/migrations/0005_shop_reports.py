import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0004_matching_orders"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShopReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=200)),
                ("sealed", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "The marketplaces are asked whether the order is theirs"),
                            ("prepared", "A person must complete the report"),
                            ("reported", "Reported"),
                            ("elsewhere", "The order is of no marketplace that lets the merchant report returns"),
                            ("dismissed", "A person says that there is nothing to report"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("why", models.TextField(blank=True, default="")),
                ("order_ref", models.CharField(blank=True, default="", max_length=200)),
                ("asked", models.JSONField(default=dict)),
                ("units", models.JSONField(null=True)),
                ("seen_at", models.DateTimeField()),
                ("actor", models.CharField(blank=True, default="", max_length=150)),
                (
                    "declaration",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="store.declaration",
                    ),
                ),
                (
                    "marketplace",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="store.connection",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shop_reports",
                        to="store.connection",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["shop", "state"], name="shop_report_state")],
                "constraints": [models.UniqueConstraint(fields=("shop", "ref"), name="shop_report")],
            },
        ),
    ]
