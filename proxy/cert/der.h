/* cert/der.h - a strict cursor over DER (X.690 §10): definite, shortest lengths; tags of one byte.
 */
#ifndef WHYTLS_CERT_DER_H
#define WHYTLS_CERT_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "cert/facts.h"

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0c,
    DER_NUMERIC_STRING = 0x12,
    DER_PRINTABLE_STRING = 0x13,
    DER_T61_STRING = 0x14,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_VISIBLE_STRING = 0x1a,
    DER_UNIVERSAL_STRING = 0x1c,
    DER_BMP_STRING = 0x1e,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0x80,             /* | number: [n] IMPLICIT of a primitive */
    DER_CONTEXT_CONSTRUCTED = 0xa0, /* | number: [n] of something constructed */
};

/* What is left to read. */
struct der {
    const uint8_t *at;
    size_t left;
};

struct der_item {
    uint8_t tag;
    struct cert_span body;  /* the contents */
    struct cert_span whole; /* with tag and length */
};

struct der der_of(struct cert_span bytes);
/* The next item; false at the end and for anything that is not DER. */
bool der_next(struct der *d, struct der_item *out) MUST_USE;
/* The next item when it has this tag; else false, and nothing is consumed. */
bool der_take(struct der *d, uint8_t tag, struct der_item *out) MUST_USE;
bool der_peek(const struct der *d, uint8_t tag);
/* The only item of these bytes, with this tag; false when something follows. */
bool der_only(struct cert_span bytes, uint8_t tag, struct der_item *out) MUST_USE;

bool der_span_equal(struct cert_span a, struct cert_span b);
/* A BOOLEAN's body: FF or 00. */
bool der_boolean(struct cert_span body, bool *out) MUST_USE;
/* A small INTEGER that is not negative. */
bool der_small(struct cert_span body, int *out) MUST_USE;
/* Bits of a BIT STRING as RFC 5280 numbers them (bit 0 is the first), at most 16; false when it is
 * none or longer. */
bool der_bits(struct cert_span body, unsigned *out) MUST_USE;
/* "2.5.29.17", freed with mem_free; NULL when the body is no object identifier. Arcs but the first
 * may have any size: 2.25 holds 128-bit numbers. */
char *der_oid_text(struct cert_span body);
/* Seconds since 1970 of a UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 wants it: Zulu, seconds,
 * no fraction. */
bool der_time(const struct der_item *item, int64_t *out) MUST_USE;
/* The same, and what iOS reads besides: a UTCTime without seconds, an offset +hhmm or -hhmm for the
 * Z, a leap second. */
bool der_time_loose(const struct der_item *item, int64_t *out) MUST_USE;
/* A string type as UTF-8, NUL and bytes that are no UTF-8 as \xNN; freed with mem_free; NULL when
 * the tag is no string. */
char *der_text(const struct der_item *item);
/* The same of bytes that should be ASCII or UTF-8. */
char *der_text_utf8(struct cert_span body);

#endif
