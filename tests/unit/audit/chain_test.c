/* The audit log's chain, over rows in an array. */
#include "core/arena.h"
#include "runtime/audit/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROWS = 5 };

static struct jr_row_audit row[ROWS];
static uint32_t n_row;
static struct jr_audit_ends ends;

static jn_rc read_rows(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                       struct jr_row_audit **out, uint32_t *n, struct jn_err *err) {
    (void)store, (void)err;
    *n = 0;
    *out = JN_NEW_ARRAY(arena, struct jr_row_audit, max);
    for (uint32_t i = 0; i < n_row && *n < max; i++)
        if (row[i].seq > after) (*out)[(*n)++] = row[i];
    return JN_OK;
}

static jn_rc read_ends(struct jr_store *store, struct jr_audit_ends *out, struct jn_err *err) {
    (void)store, (void)err;
    *out = ends;
    return JN_OK;
}

static const struct jr_store_ops OPS = {.audit = read_rows, .audit_ends = read_ends};
static struct jr_store store = {&OPS};

static void write_rows(void) {
    static const uint8_t NONE[32];
    ends = (struct jr_audit_ends){0};
    n_row = ROWS;
    for (uint32_t i = 0; i < ROWS; i++) {
        row[i] = (struct jr_row_audit){.seq = i + 1, .at = 1000 + i, .body = JN_STR("{\"who\":\"ann\"}")};
        jr_chain_hash(i == 0 ? NONE : row[i - 1].hash, &row[i], row[i].hash);
    }
}

static struct jr_chain_walk walk_all(uint64_t made) {
    struct jr_chain_walk walk;
    assert_int_equal(jr_chain_begin(&store, &walk, NULL), JN_OK);
    for (bool more = true; more;)
        assert_int_equal(jr_chain_step(&store, 2, &walk, &more, NULL), JN_OK);
    jr_chain_end(&walk, made);
    return walk;
}

static void what_was_written_is_sound(void **state) {
    (void)state;
    write_rows();
    struct jr_chain_walk walk = walk_all(ROWS);
    assert_true(walk.broken == 0 && walk.checked == ROWS && walk.at == ROWS);
    assert_memory_equal(walk.hash, row[ROWS - 1].hash, 32);
}

static void each_change_shows_where_it_was_made(void **state) {
    (void)state;
    for (uint32_t i = 0; i < ROWS; i++) {
        write_rows();
        row[i].body = JN_STR("{\"who\":\"bob\"}");
        assert_int_equal(walk_all(ROWS).broken, i + 1);
        write_rows();
        row[i].at++;
        assert_int_equal(walk_all(ROWS).broken, i + 1);
        write_rows();
        row[i].hash[31] ^= 1;
        assert_int_equal(walk_all(ROWS).broken, i + 1);
    }
    write_rows(); /* an entry made anew, with a hash that fits: what follows does not */
    row[1].body = JN_STR("{}");
    jr_chain_hash(row[0].hash, &row[1], row[1].hash);
    assert_int_equal(walk_all(ROWS).broken, 3);
}

static void what_is_missing_shows(void **state) {
    (void)state;
    write_rows();
    memmove(&row[1], &row[2], (--n_row - 1) * sizeof(row[0]));
    assert_int_equal(walk_all(ROWS).broken, 2);
    write_rows();
    n_row -= 2; /* the tail */
    assert_int_equal(walk_all(ROWS).broken, ROWS - 1);
    write_rows();
    memmove(&row[0], &row[1], --n_row * sizeof(row[0])); /* the beginning, without being forgotten in order */
    assert_int_equal(walk_all(ROWS).broken, 1);
}

static void what_was_forgotten_is_not_missing(void **state) {
    (void)state;
    write_rows();
    ends.pruned = 2;
    memcpy(ends.pruned_hash, row[1].hash, 32);
    memmove(&row[0], &row[2], (n_row -= 2) * sizeof(row[0]));
    assert_true(walk_all(ROWS).broken == 0 && walk_all(ROWS).checked == ROWS - 2);
    row[0].body = JN_STR("{}");
    assert_int_equal(walk_all(ROWS).broken, 3);
}

static void a_walk_goes_on_behind_an_entry(void **state) {
    struct jr_chain_walk walk;
    bool more;
    (void)state;
    write_rows();
    assert_int_equal(jr_chain_begin_behind(&store, 3, &walk, NULL), JN_OK);
    assert_int_equal(jr_chain_step(&store, 10, &walk, &more, NULL), JN_OK);
    assert_true(!more && walk.broken == 0 && walk.checked == 2);
    assert_int_equal(jr_chain_begin_behind(&store, 9, &walk, NULL), JN_NOT_FOUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_sound),      cmocka_unit_test(each_change_shows_where_it_was_made),
        cmocka_unit_test(what_is_missing_shows),          cmocka_unit_test(what_was_forgotten_is_not_missing),
        cmocka_unit_test(a_walk_goes_on_behind_an_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
