#include "runtime/access/token.h"

#include "core/json.h"
#include "core/utf8.h"

#define TOKEN_PREFIX "jny_"
enum { TOKEN_DIGITS = 64, TOKEN_CHECK = 8, TOKEN_PREFIX_BYTES = 4 };

static const char *const WORD[JR_ROLES] = {
#define ROLE(name, word, text) word,
#include "runtime/access/roles.def"
#undef ROLE
};

const char *jr_role_word(enum jr_role role) {
    return WORD[role];
}

bool jr_role_parse(struct jn_str word, enum jr_role *out) {
    for (int i = 0; i < JR_ROLES; i++) {
        if (!jn_str_is(word, WORD[i])) continue;
        *out = (enum jr_role)i;
        return true;
    }
    return false;
}

/* ---- text ---- */

static void token_checksum(struct jn_str digits, char out[TOKEN_CHECK]) {
    static const char DIGIT[] = "0123456789abcdef";
    uint32_t crc = jn_crc32c(0, digits);
    for (int i = 0; i < TOKEN_CHECK; i++)
        out[i] = DIGIT[(crc >> (28 - 4 * i)) & 15];
}

void jr_token_make(const uint8_t random[32], char out[JR_TOKEN_TEXT]) {
    struct jn_buf text;
    jn_buf_init(&text, JR_TOKEN_TEXT);
    jn_buf_z(&text, TOKEN_PREFIX);
    jn_hex((struct jn_str){(const char *)random, 32}, &text);
    memcpy(out, text.p, text.n);
    token_checksum(jn_str_sub(jn_buf_view(&text), TOKEN_PREFIX_BYTES, TOKEN_DIGITS), out + text.n);
    jn_buf_release(&text);
}

enum jr_token_form jr_token_form(struct jn_str text) {
    char check[TOKEN_CHECK];
    if (!jn_str_starts(text, JN_STR(TOKEN_PREFIX))) return JR_TOKEN_OTHER;
    if (text.n != JR_TOKEN_TEXT) return JR_TOKEN_MISTYPED;
    token_checksum(jn_str_sub(text, TOKEN_PREFIX_BYTES, TOKEN_DIGITS), check);
    struct jn_str written = jn_str_sub(text, TOKEN_PREFIX_BYTES + TOKEN_DIGITS, text.n);
    return jn_str_eq(written, (struct jn_str){check, TOKEN_CHECK}) ? JR_TOKEN_WHOLE : JR_TOKEN_MISTYPED;
}

void jr_token_id(const struct jr_token *token, char out[JR_TOKEN_ID + 1]) {
    struct jn_buf text;
    jn_buf_init(&text, 64);
    jn_hex((struct jn_str){(const char *)token->hash.b, JR_TOKEN_ID / 2}, &text);
    memcpy(out, text.p, JR_TOKEN_ID);
    out[JR_TOKEN_ID] = '\0';
    jn_buf_release(&text);
}

jn_rc jr_token_name_check(struct jn_str name, struct jn_err *err) {
    bool good = name.n > 0 && name.n <= JR_TOKEN_NAME && jn_utf8_check(name) == name.n;
    for (size_t i = 0; good && i < name.n; i++)
        good = (unsigned char)name.p[i] >= 0x20 && name.p[i] != 0x7f;
    if (good) return JN_OK;
    return jn_fail(err, JN_UNPROCESSABLE, "a token's name says whose it is or what for, in 1 to %d bytes of text",
                   JR_TOKEN_NAME);
}

/* ---- what a store keeps ---- */

static void token_number(struct jn_json_out *w, const char *key, int64_t value) {
    jn_jw_key(w, key);
    jn_jw_int(w, value);
}

void jr_token_body(const struct jr_token *token, struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    jn_jw_key(&w, "name");
    jn_jw_z(&w, token->name);
    jn_jw_key(&w, "role");
    jn_jw_z(&w, jr_role_word(token->role));
    token_number(&w, "created", token->created);
    token_number(&w, "expires", token->expires);
    token_number(&w, "used", token->used);
    jn_jw_end_object(&w);
}

jn_rc jr_token_read(const struct jr_row_token *row, struct jr_token *out, struct jn_err *err) {
    struct jn_json *body = NULL;
    *out = (struct jr_token){0};
    memcpy(out->hash.b, row->hash, sizeof out->hash.b);
    bool good = jn_json_parse(row->body, &body, NULL) == JN_OK && jn_json_kind(body) == JN_JSON_OBJECT;
    struct jn_str name = good ? jn_json_text(jn_json_get(body, "name")) : JN_STR_NONE;
    good = good && jr_token_name_check(name, NULL) == JN_OK;
    good = good && jr_role_parse(jn_json_text(jn_json_get(body, "role")), &out->role);
    if (good) {
        memcpy(out->name, name.p, name.n);
        out->created = jn_json_int(jn_json_get(body, "created"));
        out->expires = jn_json_int(jn_json_get(body, "expires"));
        out->used = out->used_kept = jn_json_int(jn_json_get(body, "used"));
    }
    jn_json_free(body);
    return good ? JN_OK : jn_fail(err, JN_CORRUPT, "a token in the store cannot be read");
}

/* ---- table ---- */

static bool token_is(const struct jr_token *token, const struct jn_sha256 *hash) {
    return jn_equal_const_time((struct jn_str){(const char *)token->hash.b, sizeof token->hash.b},
                               (struct jn_str){(const char *)hash->b, sizeof hash->b});
}

struct jr_token *jr_token_find(struct jr_tokens *tokens, const struct jn_sha256 *hash) {
    struct jr_token *found = NULL;
    for (uint32_t i = 0; i < tokens->n; i++)
        if (token_is(&tokens->row[i], hash)) found = &tokens->row[i];
    return found;
}

struct jr_token *jr_token_by_id(struct jr_tokens *tokens, struct jn_str id) {
    char own[JR_TOKEN_ID + 1];
    for (uint32_t i = 0; i < tokens->n; i++) {
        jr_token_id(&tokens->row[i], own);
        if (jn_str_is(id, own)) return &tokens->row[i];
    }
    return NULL;
}

bool jr_token_add(struct jr_tokens *tokens, const struct jr_token *token) {
    if (tokens->n == JR_TOKENS_MAX) return false;
    tokens->row[tokens->n++] = *token;
    return true;
}

void jr_token_drop(struct jr_tokens *tokens, const struct jn_sha256 *hash) {
    struct jr_token *token = jr_token_find(tokens, hash);
    if (token == NULL) return;
    *token = tokens->row[--tokens->n];
}
