/* Tokens of the administration: their text, what a store keeps of them, and the table that requests are looked up in.
 */
#ifndef RUNTIME_ACCESS_TOKEN_H
#define RUNTIME_ACCESS_TOKEN_H

#include "core/hash.h"
#include "journey/store.h"

enum jr_role {
#define ROLE(name, word, text) JR_ROLE_##name,
#include "runtime/access/roles.def"
#undef ROLE
    JR_ROLES
};

const char *jr_role_word(enum jr_role role);
bool jr_role_parse(struct jn_str word, enum jr_role *out);

/* "jny_", 64 hexadecimal digits of 256 random bits, 8 of a checksum: scanners of secrets know it, and a slip of the pen
 * is told from a token that was revoked. */
#define JR_TOKEN_TEXT 76
#define JR_TOKEN_NAME 64  /* bytes of a name */
#define JR_TOKEN_ID   12  /* digits */
#define JR_TOKENS_MAX 256 /* at a time */

void jr_token_make(const uint8_t random[32], char out[JR_TOKEN_TEXT]);
enum jr_token_form { JR_TOKEN_OTHER, JR_TOKEN_MISTYPED, JR_TOKEN_WHOLE };
enum jr_token_form jr_token_form(struct jn_str text);

struct jr_token {
    struct jn_sha256 hash; /* of the text */
    char name[JR_TOKEN_NAME + 1];
    enum jr_role role;
    int64_t created, expires; /* expires 0: never */
    int64_t used;             /* 0: never */
    int64_t used_kept;        /* … as the store has it */
};

/* By which it is named: the first digits of its hash, which say nothing of its text. */
void jr_token_id(const struct jr_token *token, char out[JR_TOKEN_ID + 1]);
/* JN_INVALID for a name that is empty, too long, or has control characters. */
jn_rc jr_token_name_check(struct jn_str name, struct jn_err *err);
void jr_token_body(const struct jr_token *token, struct jn_buf *out);
/* JN_CORRUPT when it cannot be read. */
jn_rc jr_token_read(const struct jr_row_token *row, struct jr_token *out, struct jn_err *err);

/* Who asks. */
struct jr_actor {
    enum jr_role role;
    char name[JR_TOKEN_NAME + 1]; /* of the token, or what stands for one */
    char id[JR_TOKEN_ID + 1];     /* empty: no token of the store */
};

struct jr_tokens {
    struct jr_token row[JR_TOKENS_MAX];
    uint32_t n;
};

/* The token of that text, or NULL. Takes as long whichever it is and whether there is one: the text is hashed, and each
 * row is looked at whole. */
struct jr_token *jr_token_find(struct jr_tokens *tokens, const struct jn_sha256 *hash);
struct jr_token *jr_token_by_id(struct jr_tokens *tokens, struct jn_str id);
/* False when there are as many as may be. */
bool jr_token_add(struct jr_tokens *tokens, const struct jr_token *token);
void jr_token_drop(struct jr_tokens *tokens, const struct jn_sha256 *hash);

#endif
