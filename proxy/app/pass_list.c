#include "pass_list.h"

#include <stddef.h>

#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "device/passes.h"

void pass_list_write(struct passes *p, int64_t now_ms, struct text *out)
{
    char since[TIME_TEXT_CAP], until[TIME_TEXT_CAP];
    size_t n;
    struct pass *all = passes_all(p, now_ms, &n);

    if (n)
        text_add(out, "\nPass unread by your word:\n");
    for (size_t i = 0; i < n; i++)
        text_printf(out, "  %s, since %s, %s%s\n", all[i].host,
            time_rfc3339(since, all[i].since_ms / 1000), all[i].until_ms ? "until " : "",
            all[i].until_ms ? time_rfc3339(until, all[i].until_ms / 1000)
                            : "until it is taken back");
    mem_free(all);
}

void pass_list_json(struct passes *p, int64_t now_ms, struct json_out *j)
{
    char at[TIME_TEXT_CAP];
    size_t n;
    struct pass *all = passes_all(p, now_ms, &n);

    json_key(j, "passes");
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        json_object(j);
        json_put_text(j, "host", all[i].host);
        json_put_text(j, "since", time_rfc3339_ms(at, all[i].since_ms));
        json_put_text(j, "until", all[i].until_ms ? time_rfc3339_ms(at, all[i].until_ms) : NULL);
        json_put_text(j, "by", all[i].by);
        json_object_end(j);
    }
    json_array_end(j);
    mem_free(all);
}
