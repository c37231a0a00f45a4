#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "flow/flow.h"
#include "flow/spoken.h"
#include "har_read.h"
#include "har_timings.h"
#include "redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* As har.c asks for it; `since` is anything that the archive says. */
static void time_it(const struct flow *f)
{
    struct har_timings t;

    har_timings_failed(f, &t);
    for (size_t n = 0; n < f->n_exchanges; n++) {
        const struct spoken *s = f->spoken;

        har_timings_exchange(f, n, s && n < s->n ? s->at[n].at_ms : 0, &t);
        if (t.begins < 0 || har_timings_total(&t) < 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *text = (const char *)bytes;
    struct err e = {0};
    struct har *har = har_is_one(text, len) ? har_open(text, len, &e) : NULL;
    struct text out = {0};

    for (size_t at = 0; har && at < har_entries(har);) {
        struct flow *f = har_next(har, &at, &e);

        if (f)
            time_it(f);
        flow_free(f);
    }
    har_close(har);
    redact_text(text, len, &out);
    redact_body("application/json", text, len, &out);
    redact_body("multipart/form-data", text, len, &out);
    redact_field("Cookie", 6, text, len, &out);
    text_fini(&out);
    return 0;
}
