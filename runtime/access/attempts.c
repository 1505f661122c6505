#include "runtime/access/attempts.h"

#include <arpa/inet.h>

#include "core/hash.h"

uint64_t jr_attempts_address(struct jn_str address) {
    struct in6_addr v6;
    char z[INET6_ADDRSTRLEN] = "";
    if (address.n < sizeof z) memcpy(z, address.p == NULL ? "" : address.p, address.n);
    if (inet_pton(AF_INET6, z, &v6) != 1 || IN6_IS_ADDR_V4MAPPED(&v6)) return jn_hash64(address);
    return jn_hash64((struct jn_str){(const char *)v6.s6_addr, 8});
}

static bool attempts_over(const struct jr_attempt *row, int64_t now) {
    return now - row->since >= JR_ATTEMPTS_WINDOW_MS;
}

uint32_t jr_attempts_wait(const struct jr_attempts *attempts, uint64_t address, int64_t now) {
    for (uint32_t i = 0; i < attempts->n; i++) {
        const struct jr_attempt *row = &attempts->row[i];
        if (row->address != address) continue;
        if (attempts_over(row, now) || row->wrong < JR_ATTEMPTS_ALLOWED) return 0;
        return (uint32_t)((row->since + JR_ATTEMPTS_WINDOW_MS - now + 999) / 1000);
    }
    return 0;
}

uint32_t jr_attempts_wrong(struct jr_attempts *attempts, uint64_t address, int64_t now) {
    struct jr_attempt *row = NULL, *oldest = &attempts->row[0];
    for (uint32_t i = 0; i < attempts->n && row == NULL; i++) {
        if (attempts->row[i].address == address) row = &attempts->row[i];
        if (attempts->row[i].since < oldest->since) oldest = &attempts->row[i];
    }
    if (row == NULL) {
        row = attempts->n < JR_ATTEMPTS_MAX ? &attempts->row[attempts->n++] : oldest;
        *row = (struct jr_attempt){.address = address, .since = now};
    }
    if (attempts_over(row, now)) *row = (struct jr_attempt){.address = address, .since = now};
    return ++row->wrong;
}
