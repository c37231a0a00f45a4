/* base/log.h - what operators read: start, stop, limits hit. What happened to traffic is a flow
 * record, not a log line. Thread: any. One line each on stderr; no secrets; bytes from the wire go
 * through text_safe first. */
#ifndef WHYTLS_BASE_LOG_H
#define WHYTLS_BASE_LOG_H

#include <stdarg.h>

#include "base/attrib.h"

enum log_level {
    LOG_LEVEL_DEBUG = 0,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARN,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_NONE
};

void log_set_level(enum log_level least);
/* Where lines go instead of stderr (tests, the live view); NULL for stderr. Set before threads
 * start. */
void log_set_sink(void (*sink)(void *arg, enum log_level level, const char *line), void *arg);
void log_write(enum log_level level, const char *room, const char *format, ...) PRINTF_LIKE(3, 4);

#define log_debug(...) log_write(LOG_LEVEL_DEBUG, WHYTLS_ROOM, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, WHYTLS_ROOM, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, WHYTLS_ROOM, __VA_ARGS__)
#define log_error(...) log_write(LOG_LEVEL_ERROR, WHYTLS_ROOM, __VA_ARGS__)

#endif
