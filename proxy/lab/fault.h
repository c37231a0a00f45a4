/* lab/fault.h - what a server that speaks no TLS does with the first bytes of its visitor. Pure. */
#ifndef WHYTLS_LAB_FAULT_H
#define WHYTLS_LAB_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "lab.h"

enum fault_act {
    FAULT_WAIT = 0, /* for more of the ClientHello */
    FAULT_ANSWER,   /* say fault_plain_text, then FIN */
    FAULT_RESET,
    FAULT_CLOSE,
    FAULT_STALL,
};

enum { FAULT_HELLO_MOST = 5 + 16384 }; /* RFC 8446 §5.1: a record's head and the most it holds */

/* The way of an entry that speaks no TLS, and what has come so far. */
enum fault_act fault_next(enum lab_way way, const uint8_t *bytes, size_t len);
/* What one that speaks another protocol says to a ClientHello. */
const char *fault_plain_text(enum lab_way way);

#endif
