/* device/clock_witness.h - is our own clock right? What unrelated sites say in their Date headers
 * (RFC 9110 §6.6.1). Shared by all threads behind one mutex. Thread: any. */
#ifndef WHYTLS_DEVICE_CLOCK_WITNESS_H
#define WHYTLS_DEVICE_CLOCK_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

struct clock_witness;

struct clock_view {
    const char *state; /* right, wrong, unchecked */
    bool has_offset;
    int64_t offset_s;      /* theirs minus ours, median */
    int64_t date_failures; /* unrelated sites whose dates failed within ten minutes */
};

struct clock_witness *clock_witness_new(void);
void clock_witness_free(struct clock_witness *w);
/* `site` is a registrable domain: names under one domain are one witness. */
void clock_witness_date(struct clock_witness *w, const char *site, int64_t their_s, int64_t our_s);
void clock_witness_date_failed(struct clock_witness *w, const char *site, int64_t now_s);
/* At least three sites, and most of all, have to agree with each other within a minute. Right: with
 * us as well. Wrong: not with us. Else unchecked. */
void clock_witness_read(struct clock_witness *w, int64_t now_s, struct clock_view *out);

#endif
