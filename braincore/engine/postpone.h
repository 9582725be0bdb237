// What synapses do at regular times, they do when somebody looks at them: how often it was due so far, in a part.
struct alignas(64) Times { uint64_t n = 0; };

// Lets synapses do what they missed: blocks that stay in the first-level cache, one time after the other. `done` has the lowest
// bits of the number of times that each did; f(time, missed, least, begin, end) is to do it for those of a block that missed
// `least` times or more. `I` is as wide as a number of the model, so that many synapses are done at once.
template <typename I, typename F> static void _missed(uint8_t* done, const int64_t n, const uint64_t times, F f) {
  enum { BLOCK = 256 };
  I missed[BLOCK];
  for (int64_t begin = 0; begin < n; begin += BLOCK) {
    const int64_t end = min(n, begin + BLOCK);
    I most = 0;
    for (int64_t k = begin; k < end; k++) {
      missed[k - begin] = (uint8_t)((uint8_t)times - done[k]);
      most = max(most, missed[k - begin]);
    }
    if (most == 0) continue;
    fill(done + begin, done + end, (uint8_t)times);
    for (uint64_t s = times - most; s != times; s++) f(s, missed, (I)(times - s), begin, end);
  }
}
