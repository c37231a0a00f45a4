#include "der.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { OID_ARC_MOST = 64, OID_BYTES_MOST = 256 };

struct der der_of(struct cert_span bytes)
{
    return (struct der){bytes.at, bytes.len};
}

/* X.690 §8.1.3 and §10.1: at most four length bytes here, none to spare. */
static bool length_read(const struct der *d, size_t *head, size_t *len)
{
    size_t n;

    *len = 0;
    if (d->left < 2)
        return false;
    if (d->at[1] < 0x80) {
        *head = 2;
        *len = d->at[1];
        return *len <= d->left - 2;
    }
    n = d->at[1] & 0x7f;
    if (n < 1 || n > 4 || d->left < 2 + n || d->at[2] == 0)
        return false;
    for (size_t i = 0; i < n; i++)
        *len = *len << 8 | d->at[2 + i];
    *head = 2 + n;
    return *len >= 0x80 && *len <= d->left - *head;
}

bool der_next(struct der *d, struct der_item *out)
{
    size_t head, len;

    if (!length_read(d, &head, &len) || (d->at[0] & 0x1f) == 0x1f)
        return false;
    out->tag = d->at[0];
    out->whole = (struct cert_span){d->at, head + len};
    out->body = (struct cert_span){d->at + head, len};
    d->at += head + len;
    d->left -= head + len;
    return true;
}

bool der_peek(const struct der *d, uint8_t tag)
{
    return d->left && d->at[0] == tag;
}

bool der_take(struct der *d, uint8_t tag, struct der_item *out)
{
    return der_peek(d, tag) && der_next(d, out);
}

bool der_only(struct cert_span bytes, uint8_t tag, struct der_item *out)
{
    struct der d = der_of(bytes);

    return der_take(&d, tag, out) && d.left == 0;
}

bool der_span_equal(struct cert_span a, struct cert_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool der_boolean(struct cert_span body, bool *out)
{
    if (body.len != 1 || (body.at[0] != 0x00 && body.at[0] != 0xff))
        return false;
    *out = body.at[0] != 0;
    return true;
}

bool der_small(struct cert_span body, int *out)
{
    int n = 0;

    if (body.len < 1 || body.len > 4 || (body.at[0] & 0x80) ||
        (body.len > 1 && body.at[0] == 0 && !(body.at[1] & 0x80)))
        return false;
    for (size_t i = 0; i < body.len; i++)
        n = n << 8 | body.at[i];
    *out = n;
    return true;
}

bool der_bits(struct cert_span body, unsigned *out)
{
    unsigned unused;

    if (body.len < 2 || body.len > 3 || body.at[0] > 7)
        return false;
    unused = body.at[0];
    *out = 0;
    for (unsigned bit = 0; bit < (body.len - 1) * 8 - unused; bit++)
        if (body.at[1 + bit / 8] & (0x80U >> bit % 8))
            *out |= 1U << bit;
    return true;
}

/* An arc of more than 64 bits, base 128, in decimal. */
static void wide_arc_add(struct text *out, const uint8_t *at, size_t len)
{
    uint8_t digits[OID_BYTES_MOST * 3]; /* the least first; seven bits are 2.1 of them */
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned carry = at[i] & 0x7f;

        for (size_t k = 0; k < n || carry; k++) {
            unsigned value = (k < n ? digits[k] * 128U : 0) + carry;

            digits[k] = (uint8_t)(value % 10);
            carry = value / 10;
            n = k < n ? n : k + 1;
        }
    }
    while (n-- > 0)
        text_add_char(out, (char)('0' + digits[n]));
}

/* The first arc and the second share a number: 40 times the first plus the second (X.690 §8.19.4).
 */
static void first_arcs_add(struct text *out, uint64_t arc)
{
    uint64_t top = arc < 80 ? arc / 40 : 2;

    text_printf(out, "%llu.%llu", (unsigned long long)top, (unsigned long long)(arc - top * 40));
}

char *der_oid_text(struct cert_span body)
{
    struct text out = {0};
    size_t from = 0; /* where the arc at hand begins */
    uint64_t arc = 0;
    bool wide = false;

    if (body.len == 0 || body.len > OID_BYTES_MOST || (body.at[body.len - 1] & 0x80))
        return NULL;
    for (size_t i = 0; i < body.len; i++) {
        wide = wide || arc >> (OID_ARC_MOST - 7);
        arc = arc << 7 | (body.at[i] & 0x7f);
        if (body.at[i] & 0x80)
            continue;
        if (body.at[from] == 0x80 || (wide && from == 0)) { /* X.690 §8.19.2: no leading 80 */
            text_fini(&out);
            return NULL;
        }
        if (from)
            text_add_char(&out, '.');
        if (from == 0)
            first_arcs_add(&out, arc);
        else if (wide)
            wide_arc_add(&out, body.at + from, i + 1 - from);
        else
            text_printf(&out, "%llu", (unsigned long long)arc);
        from = i + 1;
        arc = 0;
        wide = false;
    }
    return text_give(&out);
}

static bool digits_read(const uint8_t *at, size_t n, int *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
        *out = *out * 10 + (at[i] - '0');
    }
    return true;
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar. */
static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = year - (month <= 2), era, doe, doy;

    era = (y >= 0 ? y : y - 399) / 400;
    doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    doe = (y - era * 400) * 365 + (y - era * 400) / 4 - (y - era * 400) / 100 + doy;
    return era * 146097 + doe - 719468;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* YYMMDD or YYYYMMDD, and hhmm. *at is moved past it. */
static bool minute_read(const uint8_t **at, size_t year_digits, int64_t *out)
{
    int year, month, day, hour, minute;

    if (!digits_read(*at, year_digits, &year) || !digits_read(*at + year_digits, 2, &month) ||
        !digits_read(*at + year_digits + 2, 2, &day) ||
        !digits_read(*at + year_digits + 4, 2, &hour) ||
        !digits_read(*at + year_digits + 6, 2, &minute))
        return false;
    if (year_digits == 2)
        year += year < 50 ? 2000 : 1900; /* RFC 5280 §4.1.2.5.1 */
    if (month < 1 || month > 12 || day < 1 || day > month_days(year, month) || hour > 23 ||
        minute > 59)
        return false;
    *out = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60;
    *at += year_digits + 8;
    return true;
}

static bool second_read(const uint8_t **at, int most, int64_t *out)
{
    int second;

    if (!digits_read(*at, 2, &second) || second > most)
        return false;
    *out += second;
    *at += 2;
    return true;
}

static size_t year_digits_of(const struct der_item *item)
{
    return item->tag == DER_UTC_TIME ? 2 : item->tag == DER_GENERALIZED_TIME ? 4 : 0;
}

bool der_time(const struct der_item *item, int64_t *out)
{
    const uint8_t *at = item->body.at;
    size_t digits = year_digits_of(item);

    return digits && item->body.len == digits + 11 && minute_read(&at, digits, out) &&
           second_read(&at, 59, out) && *at == 'Z';
}

/* +hhmm is ahead of UTC. */
static bool offset_read(const uint8_t *at, int64_t *out)
{
    int hours, minutes;

    if ((at[0] != '+' && at[0] != '-') || !digits_read(at + 1, 2, &hours) ||
        !digits_read(at + 3, 2, &minutes))
        return false;
    *out -= (at[0] == '+' ? 60 : -60) * (hours * 60 + minutes);
    return true;
}

bool der_time_loose(const struct der_item *item, int64_t *out)
{
    const uint8_t *at = item->body.at;
    size_t digits = year_digits_of(item), len = item->body.len;
    bool no_seconds = digits == 2 && len == 11, offset = len == digits + 15;

    if (!digits || !(no_seconds || offset || len == digits + 11) || !minute_read(&at, digits, out))
        return false;
    if (!no_seconds && !second_read(&at, 60, out))
        return false;
    return offset ? offset_read(at, out) : *at == 'Z';
}

static void escape_add(struct text *out, unsigned byte)
{
    text_printf(out, "\\x%02X", byte);
}

static void code_point_add(struct text *out, uint32_t c)
{
    if (c == 0) {
        escape_add(out, 0);
    } else if (c < 0x80) {
        text_add_char(out, (char)c);
    } else if (c < 0x800) {
        text_add_char(out, (char)(0xc0 | c >> 6));
        text_add_char(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        text_add_char(out, (char)(0xe0 | c >> 12));
        text_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        text_add_char(out, (char)(0x80 | (c & 0x3f)));
    } else {
        text_add_char(out, (char)(0xf0 | c >> 18));
        text_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        text_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        text_add_char(out, (char)(0x80 | (c & 0x3f)));
    }
}

char *der_text_utf8(struct cert_span body)
{
    struct text out = {0};

    for (size_t i = 0; i < body.len;) {
        size_t n = body.at[i] ? text_utf8_len((const char *)body.at + i, body.len - i) : 0;

        if (n)
            text_add_n(&out, (const char *)body.at + i, n);
        else
            escape_add(&out, body.at[i]);
        i += n ? n : 1;
    }
    return text_give(&out);
}

/* BMPString and UniversalString: code points of `width` bytes. */
static char *wide_text(struct cert_span body, size_t width)
{
    struct text out = {0};

    for (size_t i = 0; i < body.len; i += width) {
        uint32_t c = 0;

        if (body.len - i < width) {
            escape_add(&out, body.at[i]);
            break;
        }
        for (size_t k = 0; k < width; k++)
            c = c << 8 | body.at[i + k];
        code_point_add(&out, c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c);
    }
    return text_give(&out);
}

char *der_text(const struct der_item *item)
{
    struct text out = {0};

    switch (item->tag) {
    case DER_UTF8_STRING:
    case DER_NUMERIC_STRING:
    case DER_PRINTABLE_STRING:
    case DER_IA5_STRING:
    case DER_VISIBLE_STRING:
        return der_text_utf8(item->body);
    case DER_T61_STRING: /* in practice Latin-1 */
        for (size_t i = 0; i < item->body.len; i++)
            code_point_add(&out, item->body.at[i]);
        return text_give(&out);
    case DER_BMP_STRING:
        return wide_text(item->body, 2);
    case DER_UNIVERSAL_STRING:
        return wide_text(item->body, 4);
    default:
        return NULL;
    }
}
