/* The extensions of which only the form is a fact: iOS minds when one does not decode. Whoever
 * follows what they say reads the value. */
#include "extension_priv.h"

#include "der.h"

bool extension_check_policy_mappings(struct cert *c, struct cert_span value)
{
    struct der_item sequence, pair, item;
    struct der d, inside;

    (void)c;
    if (!der_only(value, DER_SEQUENCE, &sequence) || sequence.body.len == 0)
        return false;
    for (d = der_of(sequence.body); d.left;) {
        if (!der_take(&d, DER_SEQUENCE, &pair))
            return false;
        inside = der_of(pair.body);
        if (!der_take(&inside, DER_OID, &item) || !der_take(&inside, DER_OID, &item) || inside.left)
            return false;
    }
    return true;
}

bool extension_check_policy_constraints(struct cert *c, struct cert_span value)
{
    struct der_item sequence, item;
    struct der d;
    int skip;

    (void)c;
    if (!der_only(value, DER_SEQUENCE, &sequence))
        return false;
    d = der_of(sequence.body);
    if (der_take(&d, DER_CONTEXT | 0, &item) && !der_small(item.body, &skip))
        return false;
    if (der_take(&d, DER_CONTEXT | 1, &item) && !der_small(item.body, &skip))
        return false;
    return d.left == 0;
}

bool extension_check_inhibit_any(struct cert *c, struct cert_span value)
{
    struct der_item number;
    int skip;

    (void)c;
    return der_only(value, DER_INTEGER, &number) && der_small(number.body, &skip);
}

/* RFC 5280 §4.2.1.10: minimum [0] is 0, maximum [1] is absent. */
static bool subtrees_are_fit(struct cert_span body)
{
    struct der_item subtree, base, minimum;
    struct der d, inside;
    int n;

    for (d = der_of(body); d.left;) {
        if (!der_take(&d, DER_SEQUENCE, &subtree))
            return false;
        inside = der_of(subtree.body);
        if (!der_next(&inside, &base))
            return false;
        if (der_take(&inside, DER_CONTEXT | 0, &minimum) &&
            (!der_small(minimum.body, &n) || n != 0))
            return false;
        if (inside.left)
            return false;
    }
    return true;
}

bool extension_check_name_constraints(struct cert *c, struct cert_span value)
{
    struct der_item sequence, item;
    struct der d;

    (void)c;
    if (!der_only(value, DER_SEQUENCE, &sequence))
        return false;
    d = der_of(sequence.body);
    if (der_take(&d, DER_CONTEXT_CONSTRUCTED | 0, &item) && !subtrees_are_fit(item.body))
        return false;
    if (der_take(&d, DER_CONTEXT_CONSTRUCTED | 1, &item) && !subtrees_are_fit(item.body))
        return false;
    return d.left == 0;
}

/* ETSI EN 319 412-5 §4.2.3: QcType is a list of at least one object identifier. */
static bool qc_types_are_fit(struct cert_span list)
{
    struct der_item item;
    struct der d;

    for (d = der_of(list); d.left;)
        if (!der_take(&d, DER_OID, &item))
            return false;
    return list.len > 0;
}

/* RFC 3739 §3.2.6: statements of an OID and, maybe, what it says, which iOS takes for a SEQUENCE.
 */
bool extension_check_qc_statements(struct cert *c, struct cert_span value)
{
    static const uint8_t qc_type[] = {0x04, 0x00, 0x8e, 0x46, 0x01, 0x06}; /* 0.4.0.1862.1.6 */
    struct der_item sequence, statement, oid, info = {0};
    struct der d, inside;

    (void)c;
    if (!der_only(value, DER_SEQUENCE, &sequence) || sequence.body.len == 0)
        return false;
    for (d = der_of(sequence.body); d.left;) {
        bool has_info;

        if (!der_take(&d, DER_SEQUENCE, &statement))
            return false;
        inside = der_of(statement.body);
        if (!der_take(&inside, DER_OID, &oid))
            return false;
        has_info = der_take(&inside, DER_SEQUENCE, &info);
        if (inside.left)
            return false;
        if (der_span_equal(oid.body, (struct cert_span){qc_type, sizeof(qc_type)}) &&
            !(has_info && qc_types_are_fit(info.body)))
            return false;
    }
    return true;
}
