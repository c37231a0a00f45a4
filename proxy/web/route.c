#include "route.h"

#include <string.h>

#include "api.h"
#include "first.h"

#define API "api/v1/"

static const struct route routes[] = {
    {METHOD_GET, "", .kind = ROUTE_PAGE, .is_open = true, .answer = first_page},
    {METHOD_GET, "c/ANY", .kind = ROUTE_PAGE, .is_open = true, .answer = first_page},
    {METHOD_GET, "devices/ALL", .kind = ROUTE_PAGE, .is_open = true, .answer = first_page},
    {METHOD_GET, "certificates/ALL", .kind = ROUTE_PAGE, .is_open = true, .answer = first_page},
    {METHOD_GET, "causes/ALL", .kind = ROUTE_PAGE, .is_open = true, .answer = first_page},
    {METHOD_GET, "rules/ALL", .kind = ROUTE_PAGE, .is_open = true, .answer = first_page},
    {METHOD_GET, "explain/ALL", .kind = ROUTE_PAGE, .is_open = true, .answer = first_page},
    {METHOD_GET, "ui/ANY", .kind = ROUTE_ASSET, .is_open = true},
    {METHOD_GET, "metrics", .kind = ROUTE_METRICS, .is_open = true},
    {METHOD_GET, API "health", .kind = ROUTE_HEALTH, .is_open = true, .answer = api_health},
    {METHOD_POST, API "session", .kind = ROUTE_SESSION, .is_open = true},
    {METHOD_GET, API "live", .kind = ROUTE_LIVE},
    {METHOD_GET, API "flows", .kind = ROUTE_DESK, .answer = api_flows},
    {METHOD_GET, API "flows/ANY", .kind = ROUTE_DESK, .answer = api_flow},
    {METHOD_GET, API "facets", .kind = ROUTE_DESK, .answer = api_facets},
    {METHOD_GET, API "complete", .kind = ROUTE_DESK, .answer = api_complete},
    {METHOD_GET, API "stories", .kind = ROUTE_DESK, .answer = api_stories},
    {METHOD_POST, API "stories/settle", .kind = ROUTE_DESK, .answer = api_settle},
    {METHOD_GET, API "devices", .kind = ROUTE_DESK, .answer = api_devices},
    {METHOD_GET, API "devices/ANY", .kind = ROUTE_DESK, .answer = api_device},
    {METHOD_PATCH, API "devices/ANY", .kind = ROUTE_DESK, .answer = api_device_name},
    {METHOD_DELETE, API "devices/ANY", .kind = ROUTE_DESK, .answer = api_device_forget},
    {METHOD_GET, "report/ANY", .kind = ROUTE_DESK, .answer = api_report},
    {METHOD_GET, API "flows/ANY/export", .kind = ROUTE_DESK, .is_long = true,
        .answer = api_flow_export},
    {METHOD_GET, API "export", .kind = ROUTE_DESK, .is_long = true, .answer = api_export},
    {METHOD_POST, API "import", .kind = ROUTE_DESK, .is_long = true, .is_file = true,
        .answer = api_import},
    {METHOD_GET, API "passes", .kind = ROUTE_DESK, .answer = api_passes},
    {METHOD_POST, API "passes", .kind = ROUTE_DESK, .answer = api_pass_put},
    {METHOD_DELETE, API "passes/ANY", .kind = ROUTE_DESK, .answer = api_pass_drop},
    {METHOD_GET, API "rules", .kind = ROUTE_DESK, .answer = api_rules},
    {METHOD_POST, API "rules/reload", .kind = ROUTE_DESK, .is_long = true,
        .answer = api_rules_reload},
    {METHOD_POST, API "rules/test", .kind = ROUTE_DESK, .is_long = true, .answer = api_rules_test},
    {METHOD_POST, API "rules/ANY/ANY", .kind = ROUTE_DESK, .is_long = true,
        .answer = api_rule_switch},
    {METHOD_GET, API "rules/files/ANY/ALL", .kind = ROUTE_DESK, .answer = api_rule_file},
    {METHOD_PUT, API "rules/files/ANY/ALL", .kind = ROUTE_DESK, .is_long = true,
        .answer = api_rule_file_put},
    {METHOD_POST, API "explain", .kind = ROUTE_DESK, .is_long = true, .answer = api_explain},
    {METHOD_GET, API "certificates", .kind = ROUTE_DESK, .answer = api_certificates},
    {METHOD_GET, API "certificates/ANY", .kind = ROUTE_DESK, .answer = api_certificate},
    {METHOD_GET, API "causes", .kind = ROUTE_DESK, .is_long = true, .answer = api_causes},
    {METHOD_GET, API "causes/ANY", .kind = ROUTE_DESK, .is_long = true, .answer = api_cause},
};

/* One part of a pattern, up to '/'. */
static bool part_fits(const char *pattern, size_t len, const char *part)
{
    return (len == 3 && !strncmp(pattern, "ANY", 3)) ||
           (strlen(part) == len && !strncmp(pattern, part, len));
}

static bool path_fits(const char *pattern, const struct request *r)
{
    size_t i = 0;

    while (*pattern) {
        size_t len = strcspn(pattern, "/");

        if (len == 3 && !strncmp(pattern, "ALL", 3))
            return true;
        if (i == r->n_parts || !part_fits(pattern, len, r->parts[i++]))
            return false;
        pattern += len;
        pattern += *pattern == '/';
    }
    return i == r->n_parts;
}

const struct route *route_find(const struct request *r, bool *other)
{
    *other = false;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!path_fits(routes[i].path, r))
            continue;
        if (routes[i].method == r->method)
            return &routes[i];
        *other = true;
    }
    return NULL;
}
