/* base/time_text.h - times and durations as people and RFC 3339 write them. All times are UTC. */
#ifndef WHYTLS_BASE_TIME_TEXT_H
#define WHYTLS_BASE_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"

enum { TIME_TEXT_CAP = 40 };

/* "2026-11-21T09:00:00.123Z" of milliseconds since 1970; ".123" left out by the seconds form. */
const char *time_rfc3339_ms(char buf[static TIME_TEXT_CAP], int64_t ms);
const char *time_rfc3339(char buf[static TIME_TEXT_CAP], int64_t seconds);
/* "2026-11-21 09:00 UTC", "2026-11-21", "21 Nov 2026", "09:41:52" */
const char *time_minute(char buf[static TIME_TEXT_CAP], int64_t seconds);
const char *time_date(char buf[static TIME_TEXT_CAP], int64_t seconds);
const char *time_day(char buf[static TIME_TEXT_CAP], int64_t seconds);
const char *time_of_day(char buf[static TIME_TEXT_CAP], int64_t seconds);
/* "3 days", "1 hour", "0 seconds": the largest whole unit, sign dropped. */
const char *time_duration(char buf[static TIME_TEXT_CAP], int64_t seconds);
/* An RFC 3339 date-time with offset or Z, or a bare date (its midnight); seconds since 1970. */
bool time_parse_rfc3339(const char *text, int64_t *seconds) MUST_USE;
/* The same in milliseconds. */
bool time_parse_rfc3339_ms(const char *text, int64_t *ms) MUST_USE;
/* IMF-fixdate of HTTP (RFC 9110 §5.6.7), the one form that may be sent today. */
bool time_parse_http(const char *text, int64_t *seconds) MUST_USE;

#endif
