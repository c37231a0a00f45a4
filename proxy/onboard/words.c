#include "words.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/time_text.h"
#include "device/agent.h"

/* What a request takes on its way makes no 399 days of 400. */
enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

void words_browser(struct text *out, const struct agent *agent)
{
    bool iphone = !strcmp(agent->family, "iPhone"), ipad = !strcmp(agent->family, "iPad");
    bool web_view = !strcmp(agent->name, "web view");

    text_add(out, !strcmp(agent->name, "unknown") ? "another program"
                  : web_view                      ? "a window of another app"
                                                  : agent->name);
    if (iphone || ipad) {
        text_add(out, iphone ? " on an iPhone" : " on an iPad");
        if (*agent->os_version)
            text_printf(out, " with %s %s", iphone ? "iOS" : "iPadOS", agent->os_version);
    } else if (!strcmp(agent->family, "Mac")) {
        text_add(out, " on a Mac");
    } else if (!strcmp(agent->family, "Android")) {
        text_add(out, " on Android");
    }
}

void words_clock(struct text *out, int64_t offset_ms)
{
    char span[TIME_TEXT_CAP];
    int64_t size = offset_ms < 0 ? -offset_ms : offset_ms;

    if (size < 100) {
        text_add(out, "exact");
        return;
    }
    if (size < 10000)
        text_printf(out, "%" PRId64 ".%" PRId64 " s", size / 1000, size % 1000 / 100);
    else
        text_add(out, time_duration(span, (size + (size > HOUR_MS ? MINUTE_MS : 0)) / 1000));
    text_add(out, offset_ms < 0 ? " behind" : " ahead");
}

void words_groups(struct text *out, const char *hex, int n)
{
    for (int i = 0; i < 4 * n && hex[i]; i++) {
        if (i && i % 4 == 0)
            text_add_char(out, ' ');
        text_add_char(out, (char)toupper((unsigned char)hex[i]));
    }
}

const char *words_short_name(const char *root_name)
{
    const char *space = strrchr(root_name, ' ');

    return space ? space + 1 : root_name;
}
