/* Literals: from the token's text to a value. */
#include "compiler/syntax/parser.h"
#include "compiler/syntax/words.h"
#include "core/civil.h"
#include "core/utf8.h"
#include "core/value.h"

#define NUMBER_MAX 64

static struct jc_node *literal_new(struct jc_parser *parser, struct jc_span span, struct jn_str text,
                                   struct jn_value value) {
    struct jc_node *node = jc_node_word(parser, JC_LITERAL, span);
    node->text = jn_arena_str(parser->arena, text);
    node->value = value;
    return node;
}

/* The number at the text's beginning, underscores left out; *rest is what is behind it. */
static bool literal_decimal(struct jn_str text, struct jn_dec *out, struct jn_str *rest) {
    char digits[NUMBER_MAX];
    size_t n = 0, at = 0;
    *rest = JN_STR_NONE;
    for (; at < text.n; at++) {
        char c = text.p[at];
        if (c == '_') continue;
        if ((c < '0' || c > '9') && c != '.') break;
        if (n == sizeof(digits)) return false;
        digits[n++] = c;
    }
    *rest = jn_str_sub(text, at, text.n);
    return jn_dec_parse((struct jn_str){digits, n}, out);
}

static struct jn_dec literal_checked(struct jc_parser *parser, struct jc_span span, struct jn_str text,
                                     struct jn_str *rest) {
    struct jn_dec number = {0, 0};
    if (!literal_decimal(text, &number, rest))
        jc_parser_report(parser, JC_E0111, span, jn_str_sub(text, 0, 64), JN_STR(""));
    return number;
}

struct jc_node *jc_literal_number(struct jc_parser *parser, struct jc_span span, struct jn_str text) {
    struct jn_str rest = JN_STR_NONE;
    struct jn_dec number = literal_checked(parser, span, text, &rest);
    struct jc_node *node;
    bool percent = rest.n > 0 && rest.p[0] == '%';
    if (percent && !jn_dec_div(number, jn_dec_int(100), &number))
        jc_parser_report(parser, JC_E0111, span, jn_str_sub(text, 0, 64), JN_STR(""));
    node = literal_new(parser, span, text, jn_value_dec(number));
    node->flags = percent ? 2 : 0;
    return node;
}

struct jc_node *jc_literal_money(struct jc_parser *parser, struct jc_span span, struct jn_str text) {
    struct jn_str rest;
    struct jn_dec number = literal_checked(parser, span, text, &rest);
    uint16_t currency = 0;
    jn_currency_pack(jn_str_sub(text, text.n - 3, 3), &currency);
    return literal_new(parser, span, text, jn_value_money(number, currency));
}

struct jc_node *jc_literal_duration(struct jc_parser *parser, struct jc_span span, struct jn_str text) {
    struct jn_str rest;
    struct jn_dec number = literal_checked(parser, span, text, &rest), scaled;
    while (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t'))
        rest = jn_str_sub(rest, 1, rest.n);
    const struct jc_unit_word *unit = jc_unit_word(rest);
    int64_t count = 0;
    if (unit == NULL) return literal_new(parser, span, text, jn_value_duration(JN_UNIT_MS, 0)); /* too long: told */
    if (!jn_dec_mul(number, jn_dec_int(unit->factor), &scaled) || !jn_dec_to_int(scaled, &count) ||
        count > INT64_C(1) << 50)
        jc_parser_report(parser, JC_E0112, span, jn_str_sub(text, 0, 64), JN_STR(""));
    return literal_new(parser, span, text, jn_value_duration(unit->unit, count));
}

struct jc_node *jc_literal_time(struct jc_parser *parser, struct jc_span span, struct jn_str text) {
    /* What it was meant to be, also when there is no such day or time: one mistake, one diagnostic. */
    bool dated = memchr(text.p, '-', text.n) != NULL, timed = memchr(text.p, 'T', text.n) != NULL;
    struct jn_value value = jn_value_of(timed ? JN_T_INSTANT : dated ? JN_T_DATE : JN_T_TIME, 0);
    int64_t v;
    if (text.n == 4) text = jn_arena_printf(parser->arena, "0%.*s", JN_FMT(text)); /* 9:00 */
    if (jn_time_parse(text, &v))
        value = jn_value_of(JN_T_TIME, v);
    else if (jn_date_parse(text, &v))
        value = jn_value_of(JN_T_DATE, v);
    else if (jn_instant_parse(text, &v))
        value = jn_value_of(JN_T_INSTANT, v);
    else
        jc_parser_report(parser, JC_E0113, span, jn_str_sub(text, 0, 64), JN_STR(""));
    return literal_new(parser, span, text, value);
}

/* \u{4f60}: up to six hexadecimal digits. */
static size_t literal_code_point(struct jn_str text, size_t at, uint32_t *out) {
    uint32_t c = 0;
    size_t digits = 0;
    if (at >= text.n || text.p[at] != '{') return 0;
    for (at++; at < text.n && text.p[at] != '}'; at++, digits++) {
        char d = text.p[at];
        uint32_t v = d >= '0' && d <= '9'                 ? (uint32_t)(d - '0')
                     : (d | 32) >= 'a' && (d | 32) <= 'f' ? (uint32_t)((d | 32) - 'a' + 10)
                                                          : 99;
        if (v == 99 || digits == 6) return 0;
        c = c * 16 + v;
    }
    *out = c;
    bool valid = at < text.n && digits > 0 && c > 0 && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    return valid ? at + 1 : 0;
}

struct jc_node *jc_literal_text(struct jc_parser *parser, struct jc_span span, struct jn_str text) {
    struct jn_buf out;
    jn_buf_init(&out, JC_LIMIT_TOKEN_BYTES);
    for (size_t i = 1; i + 1 < text.n; i++) {
        char c = text.p[i];
        uint32_t code_point;
        if (c != '\\') {
            jn_buf_char(&out, c);
            continue;
        }
        c = text.p[++i];
        size_t behind = c == 'u' ? literal_code_point(text, i + 1, &code_point) : 0;
        char bytes[4];
        if (c == 'n' || c == 't')
            jn_buf_char(&out, c == 'n' ? '\n' : '\t');
        else if (c == '"' || c == '\\')
            jn_buf_char(&out, c);
        else if (behind > 0) {
            jn_buf_add(&out, bytes, jn_utf8_encode(code_point, bytes));
            i = behind - 1;
        } else
            jc_parser_report(parser, JC_E0114, span, jn_str_sub(text, i - 1, 2), JN_STR(""));
    }
    struct jn_str value = jn_arena_str(parser->arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return literal_new(parser, span, text, jn_value_text(value));
}

static size_t literal_indent(struct jn_str line) {
    size_t n = 0;
    while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
        n++;
    return n;
}

static struct jn_str literal_line(struct jn_str *rest) {
    const char *end = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);
    struct jn_str line = {rest->p, end == NULL ? rest->n : (size_t)(end - rest->p)};
    *rest = jn_str_sub(*rest, line.n + 1, rest->n);
    if (line.n > 0 && line.p[line.n - 1] == '\r') line.n--;
    return line;
}

/* The common indent goes, so does the line of the opening quotes and that of the closing ones. */
struct jc_node *jc_literal_block(struct jc_parser *parser, struct jc_span span, struct jn_str text) {
    struct jn_str body = jn_str_sub(text, 3, text.n - 6), rest = body;
    size_t common = SIZE_MAX;
    struct jn_buf out;
    for (bool first = true; rest.n > 0; first = false) {
        struct jn_str line = literal_line(&rest);
        size_t indent = literal_indent(line);
        if (!first && indent < line.n && indent < common) common = indent;
    }
    jn_buf_init(&out, JC_LIMIT_TOKEN_BYTES);
    rest = body;
    for (bool first = true; rest.n > 0; first = false) {
        bool last = memchr(rest.p, '\n', rest.n) == NULL;
        struct jn_str line = literal_line(&rest);
        bool blank = literal_indent(line) == line.n;
        if (first && blank) continue;
        if (last && blank) break;
        jn_buf_str(&out, blank ? JN_STR("") : first ? line : jn_str_sub(line, common, line.n));
        if (!last) jn_buf_char(&out, '\n');
    }
    struct jn_str value = jn_arena_str(parser->arena, jn_buf_view(&out));
    jn_buf_release(&out);
    struct jc_node *node = literal_new(parser, span, text, jn_value_text(value));
    node->flags = 1;
    return node;
}
