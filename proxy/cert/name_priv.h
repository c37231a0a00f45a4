/* cert/name_priv.h - a DER Name read into a struct cert_name. */
#ifndef WHYTLS_CERT_NAME_PRIV_H
#define WHYTLS_CERT_NAME_PRIV_H

#include <stdbool.h>

#include "base/attrib.h"
#include "cert/facts.h"

/* Everything of a name that only its own certificate's summary needs. */
struct name_extra {
    struct cert_texts *emails; /* emailAddress attributes are added here; may be NULL */
    char **summary_cn; /* common names, last first, with the description when there is one; may be
                          NULL */
    char **any;        /* some attribute's text, the last one; may be NULL */
};

/* Fills `out`, whose spans lean on `der`; false when it is no Name or has more than
 * CERT_NAME_PARTS_MOST attributes. */
bool name_read(
    struct cert_span der, struct cert_name *out, const struct name_extra *extra) MUST_USE;
void name_fini(struct cert_name *n);

void texts_add(struct cert_texts *t, char *take); /* ownership goes in; NULL is passed over */
void texts_fini(struct cert_texts *t);

#endif
