#include "hours_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum {
    DAY = 86400,
    ZONE_FILE_MOST = 256 * 1024,
    ZONE_NAME_MOST = 64,
    ZONE_HEADER = 44, /* RFC 8536 §3.1 */
};

static const char zone_folder[] = "/usr/share/zoneinfo/";

struct shift {
    int64_t from;   /* seconds since 1970 */
    int32_t offset; /* seconds east of UTC from then on */
};

struct hours {
    int first, last;      /* 0 is Monday */
    int start, stop;      /* minutes of the day; stop may be 24:00 */
    int32_t offset;       /* before the first shift */
    struct shift *shifts; /* owned, ascending; NULL for UTC */
    size_t n_shifts;
};

static int day_find(const char *at)
{
    static const char days[] = "montuewedthufrisatsun";

    for (int i = 0; i < 7; i++)
        if (!strncmp(at, days + (size_t)i * 3, 3))
            return i;
    return -1;
}

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t be64(const uint8_t *at)
{
    return (int64_t)((uint64_t)be32(at) << 32 | be32(at + 4));
}

/* The counts of one data block (RFC 8536 §3.1), and how many bytes follow its header. */
struct zone_block {
    size_t isut, isstd, leap, times, types, chars, size;
};

static bool zone_header(const uint8_t *at, size_t left, size_t time_size, struct zone_block *b)
{
    if (left < ZONE_HEADER || memcmp(at, "TZif", 4))
        return false;
    size_t *const counts[] = {&b->isut, &b->isstd, &b->leap, &b->times, &b->types, &b->chars};

    for (size_t i = 0; i < 6; i++) {
        *counts[i] = be32(at + 20 + 4 * i);
        if (*counts[i] > ZONE_FILE_MOST)
            return false;
    }
    b->size = b->times * time_size + b->times + b->types * 6 + b->chars +
              b->leap * (time_size + 4) + b->isstd + b->isut;
    return b->types > 0 && b->size <= left - ZONE_HEADER;
}

/* The second block, with times of eight bytes (RFC 8536 §3.2). */
static bool zone_parse(const uint8_t *at, size_t left, struct hours *h)
{
    struct zone_block b;

    if (!zone_header(at, left, 4, &b) || at[4] < '2')
        return false;
    at += ZONE_HEADER + b.size;
    left -= ZONE_HEADER + b.size;
    if (!zone_header(at, left, 8, &b))
        return false;
    const uint8_t *times = at + ZONE_HEADER, *places = times + 8 * b.times,
                  *types = places + b.times;

    h->offset = (int32_t)be32(types);
    h->shifts = mem_array(b.times, sizeof *h->shifts);
    for (size_t i = 0; i < b.times; i++) {
        if (places[i] >= b.types)
            return false;
        h->shifts[h->n_shifts++] =
            (struct shift){be64(times + 8 * i), (int32_t)be32(types + (size_t)6 * places[i])};
    }
    return true;
}

static bool zone_read(const char *name, struct hours *h, struct err *e)
{
    char path[sizeof zone_folder + ZONE_NAME_MOST];
    uint8_t *bytes = NULL;
    size_t len,
        n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");
    struct err why = {0};

    if (name[n] || n == 0 || n >= ZONE_NAME_MOST || name[0] == '/')
        return err_set(e, ERR_CONFIG, "'%.64s' is no name of a time zone", name);
    snprintf(path, sizeof path, "%s%s", zone_folder, name);
    if (!file_read(path, ZONE_FILE_MOST, &bytes, &len, &why))
        return err_set(e, ERR_CONFIG, "no time zone '%s' on this machine (%s)", name, why.text);
    bool right = zone_parse(bytes, len, h);

    mem_free(bytes);
    return right || err_set(e, ERR_CONFIG, "the file of the time zone '%s' is damaged", name);
}

static bool is_digits(const char *at)
{
    return at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9';
}

/* "HH:MM", up to 24:00. */
static bool minute_read(const char *at, int *out)
{
    if (!is_digits(at) || at[2] != ':' || !is_digits(at + 3))
        return false;
    int hour = (at[0] - '0') * 10 + (at[1] - '0'), minute = (at[3] - '0') * 10 + (at[4] - '0');

    *out = hour * 60 + minute;
    return minute < 60 && *out <= 24 * 60;
}

/* Gives what follows the window: "" or a zone's name. NULL when it is none. */
static const char *window_read(const char *at, struct hours *h)
{
    h->first = h->last = day_find(at);
    if (h->first < 0)
        return NULL;
    at += 3;
    if (*at == '-') {
        h->last = day_find(at + 1);
        if (h->last < 0)
            return NULL;
        at += 4;
    }
    if (*at != ' ')
        return NULL;
    at += strspn(at, " ");
    if (strlen(at) < 11 || at[5] != '-' || !minute_read(at, &h->start) ||
        !minute_read(at + 6, &h->stop))
        return NULL;
    at += 11;
    if (*at && *at != ' ')
        return NULL;
    return at + strspn(at, " ");
}

bool hours_new(const char *text, struct hours **out, struct err *e)
{
    struct hours *h = mem_new(sizeof *h);
    const char *zone = window_read(text, h);
    bool right;

    if (!zone)
        right = err_set(
            e, ERR_CONFIG, "'%.80s' is no time window; write \"mon-fri 08:00-18:00\"", text);
    else
        right = !*zone || !strcmp(zone, "UTC") || zone_read(zone, h, e);
    if (!right) {
        hours_free(h);
        return false;
    }
    *out = h;
    return true;
}

void hours_free(struct hours *h)
{
    if (!h)
        return;
    mem_free(h->shifts);
    mem_free(h);
}

static int32_t offset_at(const struct hours *h, int64_t at)
{
    size_t low = 0, high = h->n_shifts;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (h->shifts[middle].from <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? h->shifts[low - 1].offset : h->offset;
}

static bool day_is_in(const struct hours *h, int day)
{
    return h->first <= h->last ? day >= h->first && day <= h->last
                               : day >= h->first || day <= h->last;
}

bool hours_has(const struct hours *h, int64_t at)
{
    int64_t local = at + (h->shifts ? offset_at(h, at) : 0);
    int64_t day = local >= 0 ? local / DAY : -((DAY - 1 - local) / DAY);
    int minute = (int)((local - day * DAY) / 60);
    int weekday = (int)(((day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */

    if (h->start <= h->stop)
        return day_is_in(h, weekday) && minute >= h->start && minute < h->stop;
    /* Over midnight: the night belongs to the day on which it began. */
    if (minute >= h->start)
        return day_is_in(h, weekday);
    return minute < h->stop && day_is_in(h, (weekday + 6) % 7);
}
