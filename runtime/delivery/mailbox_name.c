#include "core/utf8.h"
#include "runtime/delivery/mail.h"

enum { JR_MAILBOX__ADDRESS_MAX = 254, JR_MAILBOX__LOCAL_MAX = 64, JR_MAILBOX__NAME_MAX = 500 };

/* What an address may be made of without quotes; everything beyond ASCII is the servers' affair (SMTPUTF8, IDN). */
static bool jr_mailbox__is_plain(char c, bool domain) {
    unsigned char u = (unsigned char)c;
    bool letter = (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9');
    if (letter || u >= 0x80 || c == '-' || c == '.') return true;
    return !domain && c != '\0' && strchr("!#$%&'*+/=?^_`{|}~", c) != NULL;
}

static bool jr_mailbox__is_part(struct jn_str part, bool domain) {
    if (part.n == 0 || part.p[0] == '.' || part.p[part.n - 1] == '.') return false;
    for (size_t i = 0; i < part.n; i++) {
        if (!jr_mailbox__is_plain(part.p[i], domain)) return false;
        if (part.p[i] == '.' && part.p[i + 1] == '.') return false;
    }
    return true;
}

static bool jr_mailbox__is_address(struct jn_str text) {
    const char *at = text.n == 0 ? NULL : memchr(text.p, '@', text.n);
    if (at == NULL || text.n > JR_MAILBOX__ADDRESS_MAX || jn_utf8_check(text) != text.n) return false;
    size_t local = (size_t)(at - text.p);
    return local <= JR_MAILBOX__LOCAL_MAX && jr_mailbox__is_part(jn_str_sub(text, 0, local), false) &&
           jr_mailbox__is_part(jn_str_sub(text, local + 1, text.n), true);
}

jn_rc jr_mailbox_parse(struct jn_str text, const char *what, struct jr_mailbox_name *out, struct jn_err *err) {
    text = jn_str_trim(text);
    *out = (struct jr_mailbox_name){.address = text};
    const char *open = text.n == 0 ? NULL : memrchr(text.p, '<', text.n);
    if (open != NULL && text.p[text.n - 1] == '>') {
        size_t at = (size_t)(open - text.p);
        out->name = jn_str_trim(jn_str_sub(text, 0, at));
        out->address = jn_str_sub(text, at + 1, text.n - at - 2);
        if (out->name.n > 1 && out->name.p[0] == '"' && out->name.p[out->name.n - 1] == '"')
            out->name = jn_str_sub(out->name, 1, out->name.n - 2);
    }
    if (out->name.n > JR_MAILBOX__NAME_MAX || !jr_mailbox__is_address(out->address))
        return jn_fail(err, JN_INVALID, "%s is no mail address: write `ann@example.com` or `Ann <ann@example.com>`",
                       what);
    return JN_OK;
}
