/* script/config_priv.h - where in the source a part of the configuration stands. */
#ifndef WHYTLS_SCRIPT_CONFIG_PRIV_H
#define WHYTLS_SCRIPT_CONFIG_PRIV_H

#include <stddef.h>

#include "config.h"

enum { CONFIG_DEEP = 8 }; /* tables within tables */

/* The line of the last part of a path, from 1; 0 when it is not written out there (a table that
 * came by way of a local). */
size_t config_line_find(
    const char *source, size_t len, const struct config_node *const *path, size_t n);

#endif
