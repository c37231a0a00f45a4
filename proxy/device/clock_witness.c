#include "clock_witness.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    WITNESSES = 64, /* the latest are enough */
    FRESH_S = 3600,
    FAILURE_S = 600,
    AGREE_S = 60, /* Date has whole seconds; what is cached on the way may be older */
    ENOUGH = 3,
};

struct witness {
    char site[256];
    int64_t offset_s, said_s; /* said_s 0: nothing said */
    int64_t failed_s;         /* 0: never */
    int64_t used_s;
};

struct clock_witness {
    pthread_mutex_t lock;
    struct witness at[WITNESSES];
};

struct clock_witness *clock_witness_new(void)
{
    struct clock_witness *w = mem_new(sizeof *w);

    pthread_mutex_init(&w->lock, NULL);
    return w;
}

void clock_witness_free(struct clock_witness *w)
{
    if (!w)
        return;
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

/* The site's own place, else that of the one that was silent for longest. */
static struct witness *place_of(struct clock_witness *w, const char *site)
{
    struct witness *oldest = &w->at[0];

    for (size_t i = 0; i < WITNESSES; i++) {
        if (strcmp(w->at[i].site, site) == 0)
            return &w->at[i];
        if (w->at[i].used_s < oldest->used_s)
            oldest = &w->at[i];
    }
    *oldest = (struct witness){0};
    snprintf(oldest->site, sizeof oldest->site, "%s", site);
    return oldest;
}

void clock_witness_date(struct clock_witness *w, const char *site, int64_t their_s, int64_t our_s)
{
    pthread_mutex_lock(&w->lock);
    struct witness *one = place_of(w, site);
    one->offset_s = their_s - our_s;
    one->said_s = one->used_s = our_s;
    pthread_mutex_unlock(&w->lock);
}

void clock_witness_date_failed(struct clock_witness *w, const char *site, int64_t now_s)
{
    pthread_mutex_lock(&w->lock);
    struct witness *one = place_of(w, site);
    one->failed_s = one->used_s = now_s;
    pthread_mutex_unlock(&w->lock);
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The median alone would call sites right that scatter around us: most of them, and three at least,
 * have to agree. */
static const char *state_of(const int64_t *offsets, size_t n, int64_t median)
{
    size_t agree = 0;

    for (size_t i = 0; i < n; i++)
        agree += llabs((long long)(offsets[i] - median)) <= AGREE_S;
    if (agree < ENOUGH || agree * 2 <= n)
        return "unchecked";
    return llabs((long long)median) <= AGREE_S ? "right" : "wrong";
}

void clock_witness_read(struct clock_witness *w, int64_t now_s, struct clock_view *out)
{
    int64_t offsets[WITNESSES];
    size_t n = 0;

    *out = (struct clock_view){.state = "unchecked"};
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < WITNESSES; i++) {
        const struct witness *one = &w->at[i];

        if (one->said_s && now_s - one->said_s < FRESH_S)
            offsets[n++] = one->offset_s;
        out->date_failures += one->failed_s && now_s - one->failed_s < FAILURE_S;
    }
    pthread_mutex_unlock(&w->lock);
    if (n == 0)
        return;
    qsort(offsets, n, sizeof offsets[0], ascending);
    out->has_offset = true;
    out->offset_s = offsets[n / 2];
    out->state = state_of(offsets, n, out->offset_s);
}
