/* store/certificate_filter.h - does a certificate fit a filter (FILTER_ABOUT_CERTIFICATES)? Pure.
 */
#ifndef WHYTLS_STORE_CERTIFICATE_FILTER_H
#define WHYTLS_STORE_CERTIFICATE_FILTER_H

#include <stdbool.h>

struct certificate_row;
struct filter;

/* ~d is about the names in it, and those below them; a bare word about everything that is told of
 * it in words. NULL: any does. */
bool certificate_fits(const struct certificate_row *row, const struct filter *filter);

#endif
