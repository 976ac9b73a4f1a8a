/* A fault on purpose: a division by a number unknown to the compiler, which some machines have no instruction for. */
unsigned em_planted_division(unsigned a, unsigned b);

unsigned em_planted_division(unsigned a, unsigned b)
{
    return a / b;
}
