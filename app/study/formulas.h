/* What theory says of TCP under loss, to be drawn beside what was measured. p: the chance that a packet is lost. */
#ifndef POSTROAD_APP_STUDY_FORMULAS_H
#define POSTROAD_APP_STUDY_FORMULAS_H

struct formula_path {
    double rtt_s;
    double timeout_s;      /* of the first retransmission: T0, or of a SYN */
    double acked;          /* segments for which an acknowledgement is sent: b, 1 or 2 */
    double most_window;    /* segments */
    double initial_window; /* segments */
};
struct formula_path formula_path_default(void); /* 100 ms, 1 s, 2, 44 segments (64 kB), 10 */

/* Mean seconds of a three-way handshake (Cardwell, Savage and Anderson 2000, equation 4), with the same loss both ways;
   it never gives up, and knows no timer of the server's. INFINITY from p = 1/2 on. */
double formula_handshake(double p, const struct formula_path *path);
/* Segments a second in the long run (Padhye, Firoiu, Towsley and Kurose 2000, equation 32: "PFTK"). */
double formula_rate(double p, const struct formula_path *path);
/* Mean seconds to transfer so many segments, from the first until the last is acknowledged (Cardwell, Savage and
   Anderson 2000, 3.2): slow start, the loss that ends it, and the rest at PFTK's rate. Without the handshake and
   delayed acknowledgements. */
double formula_transfer(double p, double segments, const struct formula_path *path);

#endif
