#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "flow/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static bool check_known(const char *check)
{
    return *check != 'x';
}

/* Conditions and paths come out of rule files; whatever compiles is read from an empty flow. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct path_names names = {.check_known = check_known};
    char *text = malloc(len + 1);
    struct flow *f = flow_new("x", 0);
    struct condition c;
    struct err e;
    struct text shown = {0};

    memcpy(text, bytes, len);
    text[len] = '\0';
    if (condition_compile(text, &f->arena, &names, &c, &e)) {
        struct value v = path_value(&c.path, f);

        condition_holds(&c, f);
        value_show(&v, &shown);
    }
    text_fini(&shown);
    flow_free(f);
    free(text);
    return 0;
}
