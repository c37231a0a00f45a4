#include "host_pattern.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

bool host_pattern_read(const char *text, size_t n, char out[static HOST_CAP], struct err *e)
{
    bool below = n > 2 && strncmp(text, "*.", 2) == 0;
    size_t skip = below ? 2 : 0;
    char host[HOST_CAP];

    out[0] = '\0';
    if (n == 0 || (n == 1 && *text == '*'))
        return true;
    if (!host_normalise(text + skip, n - skip, host) || strchr(host, '*') ||
        (below && (host_is_ip(host) || strlen(host) + 2 >= HOST_CAP)))
        return err_set(e, ERR_USAGE, "\"%.*s\" is no host; write shop.example, *.shop.example or *",
            (int)(n < 80 ? n : 80), text);
    snprintf(out, HOST_CAP, "%s%.*s", below ? "*." : "", HOST_CAP - 3, host);
    return true;
}

bool host_pattern_matches(const char *pattern, const char *host)
{
    if (!pattern[0])
        return true;
    if (strncmp(pattern, "*.", 2) != 0)
        return strcmp(pattern, host) == 0;
    /* The dot is part of what must match: evil-shop.example is not below shop.example. */
    return strlen(host) > strlen(pattern + 1) && text_ends(host, pattern + 1);
}

bool host_patterns_add(struct host_patterns *all, const char *text, struct err *e)
{
    if (all->n == HOST_PATTERNS_MOST)
        return err_set(e, ERR_USAGE, "more than %d hosts", HOST_PATTERNS_MOST);
    if (!host_pattern_read(text, strlen(text), all->at[all->n], e))
        return false;
    all->n++;
    return true;
}

bool host_patterns_match(const struct host_patterns *all, const char *host)
{
    for (size_t i = 0; all && i < all->n; i++)
        if (host_pattern_matches(all->at[i], host))
            return true;
    return false;
}
