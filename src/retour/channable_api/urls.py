"""The API's addresses (contract channable-api.md, 2). Numbers are taken as texts: what is none is answered with 422."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from retour.channable_api import gate, manual, openapi, views

PROJECT = "v1/companies/<company_id>/projects/<project_id>/"
project: list[URLPattern] = [
    path("returns", views.returns),
    path("anonymous_returns", views.anonymous_returns),
    path("returns/test", views.test_returns),
    path("returns/<return_id>", views.one_return),
    path("returns/<return_id>/status", views.status),
    path("orders/<order_id>/return", manual.manual_return),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path(PROJECT, include(project)),
    path("v1/openapi", openapi.openapi),
    re_path("^v1/", gate.nowhere),
]
