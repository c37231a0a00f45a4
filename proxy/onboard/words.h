/* onboard/words.h - the few words of the set-up page that have figures or names in them. The rest
 * stands in page.html. */
#ifndef WHYTLS_ONBOARD_WORDS_H
#define WHYTLS_ONBOARD_WORDS_H

#include <stdint.h>

#include "base/text.h"

struct agent;

/* "Safari on an iPhone with iOS 26.1", as far as it is known. */
void words_browser(struct text *out, const struct agent *agent);
/* "0.4 s behind", "400 days ahead", "exact"; of theirs minus ours. */
void words_clock(struct text *out, int64_t offset_ms);
/* "7F3A 19C4 60D2 8B11 …" of a fingerprint in hex: `n` groups of four. */
void words_groups(struct text *out, const char *hex, int n);
/* "7F3A" of "whytls root 7F3A": what tells two roots apart in a list of Settings. */
const char *words_short_name(const char *root_name);

#endif
