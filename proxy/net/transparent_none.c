/* net/transparent_none.c - a system without a firewall that we know how to ask. */
#include "transparent.h"

bool transparent_arm(int listening, enum transparent how, struct err *e)
{
    (void)listening;
    return how == TRANSPARENT_NONE ||
           err_set(e, ERR_USAGE,
               "--transparent and --tproxy are not possible on this system: it has neither "
               "netfilter nor pf");
}

bool transparent_destination(int accepted, enum transparent how, union addr *out, struct err *e)
{
    (void)accepted;
    (void)how;
    (void)out;
    return err_set(e, ERR_SYSTEM, "this system does not tell where a connection was going");
}
