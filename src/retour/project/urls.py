"""The addresses of the pages and of the APIs."""

from django.urls import include, path

urlpatterns = [path("", include("retour.channable_api.urls")), path("", include("retour.web.urls"))]
