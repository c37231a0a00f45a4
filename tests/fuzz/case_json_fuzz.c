/* tests/fuzz/case_json_fuzz.c - a line of `whytls judge`: read, and when it is a case, judged. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "base/text.h"
#include "cert/chain.h"
#include "judge/verdict.h"

#include "case_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void judge(const struct case_json *c)
{
    struct verdict v = {0};
    struct json_out j;
    struct text out = {0};

    case_json_judge(c, NULL, &v);
    must(v.answer != VERDICT_ERROR || v.error);
    must(v.answer != VERDICT_REJECT || v.text);
    json_init(&j, &out);
    json_object(&j);
    verdict_write_json(&v, &j);
    json_object_end(&j);
    text_fini(&out);
    verdict_fini(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct case_json c;
    struct err e = {0};

    if (!case_json_read((const char *)data, size, 1795251600, &c, &e)) {
        must(*e.text);
    } else {
        must(c.id != NULL);
        if (!c.unsupported)
            judge(&c);
    }
    case_json_fini(&c);
    return 0;
}
