/* store/filter_sql.h - a filter as a condition of SQL on a row of `flow`. Private to store/. */
#ifndef WHYTLS_STORE_FILTER_SQL_H
#define WHYTLS_STORE_FILTER_SQL_H

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct database;
struct filter;

/* Looks up which tags each atom means, so what is appended holds numbers only: no text of a filter
 * ever becomes SQL. What is rare is walked, what is common is tested row by row. Good for this
 * connection until the next filter is made for it. *rare: few flows can meet it, and those are
 * looked up, so that it takes no windows to bound the time. */
bool filter_sql(struct database *db, const struct filter *filter, struct text *out, bool *rare,
    struct err *e) MUST_USE;

#endif
