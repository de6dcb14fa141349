"""The desk's addresses. They hold numbers only, never a name, an order or an address."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path

from retour.web import acts, connections, health, hooks, report, return_page, returns, signin

urlpatterns: list[URLPattern] = [
    path("", returns.returns, name="returns"),
    path("returns/report", report.report, name="report"),
    path("returns/report/nothing", report.nothing, name="report-nothing"),
    path("returns/r-<int:return_id>", return_page.return_page, name="return"),
    path("returns/r-<int:return_id>/decide", acts.decide, name="decide"),
    path("returns/r-<int:return_id>/decide-several", acts.decide_several, name="decide-several"),
    path("returns/r-<int:return_id>/retry", acts.retry, name="retry"),
    path("returns/r-<int:return_id>/done", acts.done, name="done"),
    path("returns/r-<int:return_id>/told", acts.told, name="told"),
    path("returns/r-<int:return_id>/link-order", acts.link_order, name="link-order"),
    path("returns/r-<int:return_id>/choose-order", acts.choose_order, name="choose-order"),
    path("returns/r-<int:return_id>/choose-product", acts.choose_product, name="choose-product"),
    path("returns/r-<int:return_id>/search-order", acts.search_order, name="search-order"),
    path("connections", connections.connections, name="connections"),
    path("connections/<int:connection_id>/unreadable", connections.unreadable, name="unreadable"),
    path("connections/<int:connection_id>/check-now", connections.check_now, name="check-now"),
    path("connections/<int:connection_id>/pause", connections.pause, name="pause"),
    path("connections/<int:connection_id>/resume", connections.resume, name="resume"),
    path("sign-in", signin.SignIn.as_view(), name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("hooks/<int:connection_id>/<str:token>", hooks.hook, name="hook"),
    path("health", health.health, name="health"),
]
