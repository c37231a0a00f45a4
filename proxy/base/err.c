#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
    if (!e)
        return false;
    va_list args;

    va_start(args, format);
    e->kind = kind;
    e->sys = 0;
    e->lib = 0;
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return false;
}

bool err_sys(struct err *e, const char *format, ...)
{
    int code = errno;
    va_list args;

    if (!e)
        return false;
    va_start(args, format);
    e->kind = ERR_SYSTEM;
    e->sys = code;
    e->lib = 0;
    int n = vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof e->text)
        snprintf(e->text + n, sizeof e->text - (size_t)n, ": %s", strerror(code));
    return false;
}

bool err_wrap(struct err *e, const char *format, ...)
{
    char front[sizeof e->text];
    char whole[sizeof e->text];
    va_list args;

    if (!e)
        return false;
    va_start(args, format);
    vsnprintf(front, sizeof front, format, args);
    va_end(args);
    size_t n = strlen(front);
    memcpy(whole, front, n + 1);
    snprintf(whole + n, sizeof whole - n, ": %s", e->text);
    memcpy(e->text, whole, sizeof e->text);
    return false;
}
