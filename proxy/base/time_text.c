#include "time_text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const months[] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* RFC 3339 §1: years of four digits; what lies outside is shown as the first or last moment that
 * has a name. */
static struct tm broken_down(int64_t seconds)
{
    static const int64_t first = -62167219200, last = 253402300799;
    struct tm tm = {.tm_mday = 1, .tm_year = 70};
    time_t t = (time_t)(seconds < first ? first : seconds > last ? last : seconds);

    gmtime_r(&t, &tm);
    return tm;
}

const char *time_rfc3339(char buf[static TIME_TEXT_CAP], int64_t seconds)
{
    struct tm tm = broken_down(seconds);

    snprintf(buf, TIME_TEXT_CAP, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
        tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return buf;
}

const char *time_rfc3339_ms(char buf[static TIME_TEXT_CAP], int64_t ms)
{
    int fraction = (int)(ms % 1000);
    int64_t seconds = ms / 1000 - (fraction < 0);
    struct tm tm = broken_down(seconds);

    snprintf(buf, TIME_TEXT_CAP, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
        tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
        fraction < 0 ? fraction + 1000 : fraction);
    return buf;
}

const char *time_minute(char buf[static TIME_TEXT_CAP], int64_t seconds)
{
    struct tm tm = broken_down(seconds);

    snprintf(buf, TIME_TEXT_CAP, "%04d-%02d-%02d %02d:%02d UTC", tm.tm_year + 1900, tm.tm_mon + 1,
        tm.tm_mday, tm.tm_hour, tm.tm_min);
    return buf;
}

const char *time_date(char buf[static TIME_TEXT_CAP], int64_t seconds)
{
    struct tm tm = broken_down(seconds);

    snprintf(buf, TIME_TEXT_CAP, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    return buf;
}

const char *time_day(char buf[static TIME_TEXT_CAP], int64_t seconds)
{
    struct tm tm = broken_down(seconds);

    snprintf(buf, TIME_TEXT_CAP, "%d %s %d", tm.tm_mday, months[tm.tm_mon % 12], tm.tm_year + 1900);
    return buf;
}

const char *time_of_day(char buf[static TIME_TEXT_CAP], int64_t seconds)
{
    struct tm tm = broken_down(seconds);

    snprintf(buf, TIME_TEXT_CAP, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    return buf;
}

const char *time_duration(char buf[static TIME_TEXT_CAP], int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    int64_t s = seconds >= 0 ? seconds : seconds == INT64_MIN ? INT64_MAX : -seconds;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        int64_t n = s / units[i].seconds;

        if (n > 0) {
            snprintf(
                buf, TIME_TEXT_CAP, "%lld %s%s", (long long)n, units[i].name, n == 1 ? "" : "s");
            return buf;
        }
    }
    snprintf(buf, TIME_TEXT_CAP, "0 seconds");
    return buf;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_date(const struct tm *tm)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (tm->tm_mon < 0 || tm->tm_mon > 11 || tm->tm_mday < 1)
        return false;
    return tm->tm_mday <= days[tm->tm_mon] + (tm->tm_mon == 1 && is_leap(tm->tm_year + 1900));
}

static bool is_time(const struct tm *tm)
{
    return tm->tm_hour >= 0 && tm->tm_hour < 24 && tm->tm_min >= 0 && tm->tm_min < 60 &&
           tm->tm_sec >= 0 && tm->tm_sec <= 60;
}

/* Reads exactly n digits. */
static bool digits(const char **at, int n, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool literal(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool parse_offset(const char **at, int64_t *offset)
{
    int hours, minutes, sign = **at == '-' ? -1 : 1;

    *offset = 0;
    if (**at == 'Z' || **at == 'z') {
        (*at)++;
        return true;
    }
    if (**at != '+' && **at != '-')
        return false;
    (*at)++;
    if (!digits(at, 2, &hours) || !literal(at, ':') || !digits(at, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool time_parse_rfc3339(const char *text, int64_t *seconds)
{
    struct tm tm = {0};
    int64_t offset = 0;

    if (!digits(&text, 4, &tm.tm_year) || !literal(&text, '-') || !digits(&text, 2, &tm.tm_mon) ||
        !literal(&text, '-') || !digits(&text, 2, &tm.tm_mday))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    if (*text) {
        if (*text != 'T' && *text != 't' && *text != ' ')
            return false;
        text++;
        if (!digits(&text, 2, &tm.tm_hour) || !literal(&text, ':') ||
            !digits(&text, 2, &tm.tm_min) || !literal(&text, ':') || !digits(&text, 2, &tm.tm_sec))
            return false;
        if (*text == '.') {
            size_t n = strspn(++text, "0123456789");

            if (n == 0)
                return false;
            text += n;
        }
        if (!parse_offset(&text, &offset))
            return false;
    }
    if (*text || !is_date(&tm) || !is_time(&tm))
        return false;
    *seconds = (int64_t)timegm(&tm) - offset;
    return true;
}

bool time_parse_rfc3339_ms(const char *text, int64_t *ms)
{
    const char *dot = strchr(text, '.');
    int64_t seconds;

    if (!time_parse_rfc3339(text, &seconds))
        return false;
    *ms = 1000 * seconds;
    for (int unit = 100; dot && unit && *++dot >= '0' && *dot <= '9'; unit /= 10)
        *ms += unit * (*dot - '0');
    return true;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
bool time_parse_http(const char *text, int64_t *seconds)
{
    struct tm tm = {0};

    if (strlen(text) != 29 || text[3] != ',' || text[4] != ' ' || strcmp(text + 25, " GMT") != 0)
        return false;
    const char *at = text + 5;
    if (!digits(&at, 2, &tm.tm_mday) || !literal(&at, ' '))
        return false;
    tm.tm_mon = -1;
    for (int i = 0; i < 12; i++)
        if (strncmp(at, months[i], 3) == 0)
            tm.tm_mon = i;
    at += 3;
    if (!literal(&at, ' ') || !digits(&at, 4, &tm.tm_year) || !literal(&at, ' ') ||
        !digits(&at, 2, &tm.tm_hour) || !literal(&at, ':') || !digits(&at, 2, &tm.tm_min) ||
        !literal(&at, ':') || !digits(&at, 2, &tm.tm_sec))
        return false;
    tm.tm_year -= 1900;
    if (!is_date(&tm) || !is_time(&tm))
        return false;
    *seconds = (int64_t)timegm(&tm);
    return true;
}
