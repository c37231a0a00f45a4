#include "alert.h"

#include <stddef.h>

static const struct {
    const char *name, *source;
} alerts[256] = {
#define ALERT(number, name, source) [number] = {name, source},
#include "alert.def"
#undef ALERT
};

const char *alert_name(uint8_t number)
{
    return alerts[number].name ? alerts[number].name : "unknown";
}

const char *alert_source(uint8_t number)
{
    return alerts[number].source;
}

const char *alert_level_name(uint8_t level)
{
    switch (level) {
    case 1:
        return "warning";
    case 2:
        return "fatal";
    default:
        return "unknown";
    }
}
