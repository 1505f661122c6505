#include "runtime/delivery/mail.h"

#include "core/civil.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/utf8.h"

#define JR_MAIL__MAX      ((size_t)8 << 20)
#define JR_MAIL__LINE     76 /* columns of a line, its end not counted */
#define JR_MAIL__WORD_MAX 600

/* ---- headers ---- */

static bool jr_mail__is_ascii(struct jn_str text) {
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] >= 0x80) return false;
    return true;
}

/* One line of text: what would end it, or is no text, becomes a space. */
static struct jn_str jr_mail__one_line(struct jn_str text, struct jn_arena *arena) {
    struct jn_str copy = jn_arena_str(arena, text);
    char *p = (char *)(uintptr_t)copy.p;
    for (size_t i = 0; i < copy.n; i++)
        if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f) p[i] = ' ';
    return copy;
}

/* Encoded words (RFC 2047) of at most 75 characters, each of whole code points. */
static void jr_mail__encoded_words(struct jn_str text, struct jn_buf *out) {
    enum { BYTES = 39 }; /* base64 makes 52 of them, `=?UTF-8?B?` and `?=` 64: a header's name fits before them */
    for (size_t from = 0; from < text.n;) {
        size_t to = from;
        for (size_t next = from; next < text.n;) {
            (void)jn_utf8_next(text, &next);
            if (next - from > BYTES) break;
            to = next;
        }
        if (from > 0) jn_buf_z(out, "\r\n ");
        jn_buf_z(out, "=?UTF-8?B?");
        jn_base64(jn_str_sub(text, from, to - from), out);
        jn_buf_z(out, "?=");
        from = to;
    }
}

/* Folds at spaces; a word longer than a line stays whole. */
static void jr_mail__folded(struct jn_str text, size_t column, struct jn_buf *out) {
    for (size_t at = 0; at < text.n;) {
        size_t end = at + 1;
        while (end < text.n && text.p[end] != ' ')
            end++;
        bool fold = at > 0 && column + (end - at) > JR_MAIL__LINE && text.p[at] == ' ' && end - at > 1;
        if (fold) {
            jn_buf_z(out, "\r\n");
            column = 0;
        }
        jn_buf_str(out, jn_str_sub(text, at, end - at));
        column += end - at;
        at = end;
    }
}

/* What looks like an encoded word must be one, or a reader would decode it; and no line may be of 998 bytes. */
static bool jr_mail__must_encode(struct jn_str text) {
    if (!jr_mail__is_ascii(text) || text.n > JR_MAIL__WORD_MAX) return true;
    for (size_t i = 0; i + 1 < text.n; i++)
        if (text.p[i] == '=' && text.p[i + 1] == '?') return true;
    return false;
}

static void jr_mail__text_header(const char *name, struct jn_str text, struct jn_buf *out) {
    jn_buf_printf(out, "%s: ", name);
    if (jr_mail__must_encode(text))
        jr_mail__encoded_words(text, out);
    else
        jr_mail__folded(text, strlen(name) + 2, out);
    jn_buf_z(out, "\r\n");
}

static void jr_mail__mailbox_header(const char *name, const struct jr_mailbox_name *who, struct jn_arena *arena,
                                    struct jn_buf *out) {
    struct jn_str shown = jr_mail__one_line(who->name, arena);
    jn_buf_printf(out, "%s: ", name);
    if (jr_mail__must_encode(shown)) {
        jr_mail__encoded_words(shown, out);
        jn_buf_z(out, "\r\n ");
    } else if (shown.n > 0) {
        jn_buf_char(out, '"');
        for (size_t i = 0; i < shown.n; i++) {
            if (shown.p[i] == '"' || shown.p[i] == '\\') jn_buf_char(out, '\\');
            jn_buf_char(out, shown.p[i]);
        }
        jn_buf_z(out, "\"\r\n ");
    }
    jn_buf_printf(out, "<%.*s>\r\n", JN_FMT(who->address));
}

static void jr_mail__date_header(int64_t at, struct jn_buf *out) {
    jn_buf_z(out, "Date: ");
    jn_strftime(JN_STR("%a, %d %b %Y %H:%M:%S %z"), at, 0, JN_STR("UTC"), out);
    jn_buf_z(out, "\r\n");
}

/* A link by which the reader's program unsubscribes, RFC 2369, and with one click, RFC 8058. */
static void jr_mail__unsubscribe_header(struct jn_str link, struct jn_buf *out) {
    bool web = jn_str_starts(link, JN_STR("https://"));
    if (!web && !jn_str_starts(link, JN_STR("mailto:"))) return;
    for (size_t i = 0; i < link.n; i++)
        if ((unsigned char)link.p[i] <= ' ' || (unsigned char)link.p[i] >= 0x7f || strchr("<>,", link.p[i]) != NULL)
            return;
    jn_buf_printf(out, "List-Unsubscribe: <%.*s>\r\n", JN_FMT(link));
    if (web) jn_buf_z(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

/* ---- bodies ---- */

/* Quoted-printable (RFC 2045): lines end in CRLF, however the text ends its own. */
static void jr_mail__quoted(struct jn_str text, struct jn_buf *out) {
    static const char HEX[] = "0123456789ABCDEF";
    size_t column = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool end = c == '\n' || (c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n');
        if (end) {
            i += c == '\r';
            jn_buf_z(out, "\r\n");
            column = 0;
            continue;
        }
        bool last = i + 1 == text.n || text.p[i + 1] == '\n' || text.p[i + 1] == '\r';
        bool plain = (c > ' ' && c < 0x7f && c != '=') || ((c == ' ' || c == '\t') && !last);
        if (column + (plain ? 1 : 3) >= JR_MAIL__LINE) {
            jn_buf_z(out, "=\r\n");
            column = 0;
        }
        if (plain) {
            jn_buf_char(out, (char)c);
        } else {
            char code[3] = {'=', HEX[c >> 4], HEX[c & 15]};
            jn_buf_add(out, code, 3);
        }
        column += plain ? 1 : 3;
    }
    if (column > 0) jn_buf_z(out, "\r\n");
}

static void jr_mail__part(const char *type, struct jn_str text, struct jn_buf *out) {
    jn_buf_printf(out, "Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
                  type);
    jr_mail__quoted(text, out);
}

static void jr_mail__bodies(struct jn_str id, struct jn_str plain, struct jn_str html, struct jn_buf *out) {
    if (html.n == 0 || plain.n == 0) {
        jr_mail__part(html.n == 0 ? "plain" : "html", html.n == 0 ? plain : html, out);
        return;
    }
    /* `=_` cannot stand in quoted-printable text. */
    jn_buf_printf(out, "Content-Type: multipart/alternative; boundary=\"=_%.*s\"\r\n\r\n", JN_FMT(id));
    jn_buf_printf(out, "--=_%.*s\r\n", JN_FMT(id));
    jr_mail__part("plain", plain, out);
    jn_buf_printf(out, "--=_%.*s\r\n", JN_FMT(id));
    jr_mail__part("html", html, out);
    jn_buf_printf(out, "--=_%.*s--\r\n", JN_FMT(id));
}

/* ---- the whole ---- */

static struct jn_str jr_mail__domain(struct jn_str address) {
    const char *at = memchr(address.p, '@', address.n);
    return jn_str_sub(address, (size_t)(at - address.p) + 1, address.n);
}

static jn_rc jr_mail__from_json(const struct jn_json *document, struct jn_arena *arena, struct jr_mail *mail,
                                struct jn_buf *out, struct jn_err *err) {
    const struct jn_json *content = jn_json_get(document, "content");
    struct jn_str id = jn_json_text(jn_json_get(document, "id"));
    struct jn_str reply_to = jn_json_text(jn_json_get(content, "reply_to"));
    struct jr_mailbox_name answers;
    int64_t at;
    if (id.n == 0 || !jn_instant_parse(jn_json_text(jn_json_get(document, "at")), &at))
        return jn_fail(err, JN_INVALID, "this is no message");
    jn_rc rc = jr_mailbox_parse(jn_json_text(jn_json_get(document, "to")), "the address `to`", &mail->to, err);
    if (rc == JN_OK)
        rc = jr_mailbox_parse(jn_json_text(jn_json_get(content, "from")), "the message's field `from`", &mail->from,
                              err);
    if (rc == JN_OK && reply_to.n > 0) rc = jr_mailbox_parse(reply_to, "the message's field `reply_to`", &answers, err);
    if (rc != JN_OK) return rc;
    jr_mail__date_header(at, out);
    jr_mail__mailbox_header("From", &mail->from, arena, out);
    jr_mail__mailbox_header("To", &mail->to, arena, out);
    if (reply_to.n > 0) jr_mail__mailbox_header("Reply-To", &answers, arena, out);
    jr_mail__text_header("Subject", jr_mail__one_line(jn_json_text(jn_json_get(content, "subject")), arena), out);
    jn_buf_printf(out, "Message-ID: <%.*s@%.*s>\r\n", JN_FMT(id), JN_FMT(jr_mail__domain(mail->from.address)));
    jr_mail__unsubscribe_header(jn_json_text(jn_json_get(content, "list_unsubscribe")), out);
    jn_buf_z(out, "MIME-Version: 1.0\r\n");
    jr_mail__bodies(id, jn_json_text(jn_json_get(content, "body")), jn_json_text(jn_json_get(content, "html")), out);
    return out->failed ? jn_fail(err, JN_TOO_LARGE, "the mail is larger than 8 MiB") : JN_OK;
}

jn_rc jr_mail_write(struct jn_str text, struct jn_arena *arena, struct jr_mail *out, struct jn_err *err) {
    struct jn_json *document = NULL;
    struct jn_buf mail;
    jn_buf_init(&mail, JR_MAIL__MAX);
    jn_rc rc = jn_json_parse(text, &document, err);
    if (rc == JN_OK) rc = jr_mail__from_json(document, arena, out, &mail, err);
    if (rc == JN_OK) {
        out->text = jn_arena_str(arena, jn_buf_view(&mail));
        out->from.address = jn_arena_str(arena, out->from.address);
        out->to.address = jn_arena_str(arena, out->to.address);
        out->from.name = out->to.name = JN_STR_NONE;
    }
    jn_json_free(document);
    jn_buf_release(&mail);
    return rc;
}
