#include "log.h"

#include <stdatomic.h>
#include <stdio.h>

static _Atomic int least_level = LOG_LEVEL_INFO;
static void (*line_sink)(void *arg, enum log_level level, const char *line);
static void *line_sink_arg;

void log_set_level(enum log_level least)
{
    atomic_store(&least_level, (int)least);
}

void log_set_sink(void (*sink)(void *arg, enum log_level level, const char *line), void *arg)
{
    line_sink = sink;
    line_sink_arg = arg;
}

void log_write(enum log_level level, const char *room, const char *format, ...)
{
    static const char *const names[] = {"debug", "info", "warning", "error", ""};
    char text[1024], line[1200];
    va_list args;

    if ((int)level < atomic_load(&least_level))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(line, sizeof line, "whytls: %s: %s: %s", names[level], room, text);
    if (line_sink)
        line_sink(line_sink_arg, level, line);
    else
        fprintf(stderr, "%s\n", line);
}
