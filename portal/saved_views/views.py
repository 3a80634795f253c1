"""The pages of saved views: the list of views, and forms that save, change and delete a view."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.customers.query.query import InvalidQuery
from portal.customers.services import count_all_customers
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.saved_views import services
from portal.saved_views.forms import ViewForm
from portal.saved_views.queries import VIEW
from portal.web.forms import focus_first_error
from portal.web.http import PortalRequest, render_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.organizers.models import Organizer
    from portal.saved_views.models import SavedView


@require_safe
@organizer_page(Permission.READ_CUSTOMERS)
def view_list(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """The page of all views with their counts, or the fragment with the tabs above the list."""
    views = services.list_views(organizer, member=request.user)
    counted = [*services.count_views(request.access, views)]
    changeable = {
        view.slug
        for view in views
        if services.may_change(request.access, view, member=request.user)
    }
    total = count_all_customers(organizer).total
    context = {
        "views": counted,
        "total": total,
        "changeable": changeable,
        "current": request.GET.get(VIEW, ""),
    }
    return render_page(
        request, "saved_views/list.html", context, fragment="saved_views/_tabs.html", region="views"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.READ_CUSTOMERS)
def view_create(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """A form that saves the list, whose parameters are in the query string, as a view."""
    parameters = _with_view_parameters(request, organizer, request.GET)
    form = ViewForm(request.access, request.POST if request.method == "POST" else None)
    try:
        view = form.create_view(parameters, member=request.user)
    except InvalidQuery:
        return _redirect_to_list(organizer, parameters)
    if view:
        return _redirect_to_list(organizer, QueryDict(f"{VIEW}={view.slug}"))
    context = {"form": form, "list": f"{_list_path(organizer)}?{request.GET.urlencode()}"}
    return _render_form(request, "saved_views/create.html", context, form)


def _view_page(
    page: Callable[[PortalRequest, Organizer, SavedView], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Decorator of a page that changes a view.

    Responds with 404 to a member who may not see the view, and with 403 to a member who may see but
    not change the view.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @organizer_page(Permission.READ_CUSTOMERS)
    @wraps(page)
    def find_view(request: PortalRequest, organizer: Organizer, view: str) -> HttpResponse:
        try:
            found = services.find_view(organizer, view, member=request.user)
        except services.UnknownView as error:
            raise Http404 from error
        if not services.may_change(request.access, found, member=request.user):
            raise PermissionDenied
        return page(request, organizer, found)

    return find_view


@_view_page
def view_edit(request: PortalRequest, organizer: Organizer, view: SavedView) -> HttpResponse:
    """Renames or shares a view. A POST with `query` replaces the parameters of the view."""
    if "query" in request.POST:
        return _replace_list(request, organizer, view)
    form = ViewForm(request.access, request.POST or None, view=view)
    if form.change_view(view, member=request.user):
        return redirect("saved_views:list", organizer.slug)
    return _render_form(request, "saved_views/edit.html", {"form": form, "view": view}, form)


def _replace_list(request: PortalRequest, organizer: Organizer, view: SavedView) -> HttpResponse:
    parameters = _with_view_parameters(request, organizer, QueryDict(request.POST["query"]))
    try:
        services.change_view(request.access, view.slug, member=request.user, parameters=parameters)
    except InvalidQuery:
        return _redirect_to_list(organizer, parameters)
    return _redirect_to_list(organizer, QueryDict(f"{VIEW}={view.slug}"))


@_view_page
def view_delete(request: PortalRequest, organizer: Organizer, view: SavedView) -> HttpResponse:
    """Asks for confirmation, because other members may use the view. A POST deletes the view."""
    if request.method == "POST":
        services.delete_view(request.access, view.slug, member=request.user)
        return redirect("saved_views:list", organizer.slug)
    return render_page(request, "saved_views/delete.html", {"view": view})


def _with_view_parameters(
    request: PortalRequest, organizer: Organizer, parameters: QueryDict
) -> QueryDict:
    """The parameters of the list, combined with the view that the parameter `view` names."""
    try:
        return services.resolve_view(organizer, parameters, member=request.user)[1]
    except services.UnknownView as error:
        raise Http404 from error


def _list_path(organizer: Organizer) -> str:
    return reverse("customers:list", args=[organizer.slug])


def _redirect_to_list(organizer: Organizer, parameters: QueryDict) -> HttpResponse:
    return redirect(f"{_list_path(organizer)}?{parameters.urlencode()}")


def _render_form(
    request: PortalRequest, template: str, context: dict[str, Any], form: ViewForm
) -> HttpResponse:
    focus_first_error(form)
    return render_page(request, template, context, status=422 if form.errors else 200)
