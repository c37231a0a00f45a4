/* base/attrib.h - compiler attributes by name. */
#ifndef WHYTLS_BASE_ATTRIB_H
#define WHYTLS_BASE_ATTRIB_H

#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))
#define MUST_USE __attribute__((warn_unused_result))

#endif
