/* A DNS message's bytes by another hand: ldns's, against which model/wire/dns_write.c is held. */
#ifndef POSTROAD_TESTS_MODEL_WIRE_LDNS_ENCODE_H
#define POSTROAD_TESTS_MODEL_WIRE_LDNS_ENCODE_H

#include "model/wire/dns_wire.h"

/* 0: it cannot be said, or does not fit. */
size_t ldns_encode(const struct dns_message *message, uint8_t *out, size_t room);

#endif
