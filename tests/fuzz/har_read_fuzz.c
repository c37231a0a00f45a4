#include <stddef.h>
#include <stdint.h>

#include "flow/flow.h"
#include "har_read.h"
#include "redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *text = (const char *)bytes;
    struct err e = {0};
    struct har *har = har_is_one(text, len) ? har_open(text, len, &e) : NULL;
    struct text out = {0};

    for (size_t at = 0; har && at < har_entries(har);)
        flow_free(har_next(har, &at, &e));
    har_close(har);
    redact_text(text, len, &out);
    redact_body("application/json", text, len, &out);
    redact_body("multipart/form-data", text, len, &out);
    redact_field("Cookie", 6, text, len, &out);
    text_fini(&out);
    return 0;
}
