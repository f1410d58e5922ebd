/* What theory says about TCP: rates and times by formula, to hold the machine against. p: chance that a packet is lost;
   rtt_s and t0_s: round trip and first time-out in seconds; b: packets per acknowledgement; rates in segments a second.
 */
#ifndef POSTROAD_TESTS_MODEL_TCP_TCP_MODELS_H
#define POSTROAD_TESTS_MODEL_TCP_TCP_MODELS_H

/* Padhye, Firoiu, Towsley, Kurose, "Modeling TCP Reno performance", IEEE/ACM ToN 8 (2), 2000: the full model, equation
   32, and the approximation, equation 33. w_max: the receiver's window in segments. */
double pftk_full(double p, double rtt_s, double t0_s, double b, double w_max);
double pftk_approximate(double p, double rtt_s, double t0_s, double b, double w_max);
/* Mathis, Semke, Mahdavi, Ott, "The macroscopic behavior of the TCP congestion avoidance algorithm", CCR 27 (3), 1997:
   with losses at random; C = 1.31 with an acknowledgement for each packet, 0.93 for every second one. */
double mathis(double p, double rtt_s, double c);
/* Cardwell, Savage, Anderson, "Modeling TCP latency", INFOCOM 2000, 2.1: mean time of a three-way handshake, forward
   and reverse loss, first SYN time-out ts_s that doubles without end; p below 1/2. */
double cardwell_handshake_s(double p_forward, double p_reverse, double rtt_s, double ts_s);
/* The same with time-outs that double up to a cap, given up after so many transmissions each way, of those that
 * succeed. */
double handshake_chain_s(double p_forward, double p_reverse, double rtt_s, double ts_s, double cap_s,
                         int transmissions);

#endif
