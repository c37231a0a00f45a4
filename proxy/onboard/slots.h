/* onboard/slots.h - named texts, and a page in whose slots they are put: {{name}}.
 *
 * The same list fills the page when it is served and the JSON that keeps it up to date, so that
 * both always say the same. Values may be hostile: they are kept as they are and escaped where they
 * are written. */
#ifndef WHYTLS_ONBOARD_SLOTS_H
#define WHYTLS_ONBOARD_SLOTS_H

#include <stddef.h>

#include "base/text.h"

struct json_out;

enum { SLOTS_MOST = 40 };

/* Zero-initialised is empty and legal. */
struct slots {
    struct {
        const char *name; /* static */
        struct text value;
    } at[SLOTS_MOST];
    size_t n;
};

/* Where the value of this new slot is to be appended; `name` must live on. */
struct text *slots_add(struct slots *s, const char *name);
const char *slots_get(const struct slots *s, const char *name); /* NULL: no such slot */
void slots_fini(struct slots *s);

/* `page` with its slots filled: escaped for HTML text and quoted attributes, invisible characters
 * made visible. A slot without a value is left empty. */
void slots_fill(const struct slots *s, const char *page, struct text *out);
/* As members of the open object. */
void slots_json(const struct slots *s, struct json_out *out);

#endif
