// Feed-forward layers of integrate-and-fire units in discrete time, one sample after the other, and what desire
// backpropagation does to their weights (Gerlinghoff et al. 2023, doi:10.1016/j.neucom.2023.126773).
//
// Spikes of a unit are the bits of one number: bit t of an input is its spike in step t, bit t + 1 of another unit that of
// step t, which the next layer hears in step t + 1. Nothing feeds back, so that a layer goes through all steps before the
// next one begins: a row of weights (all synapses of a unit onto the next layer) is read once for all its spikes, and the
// rows of silent units are not read at all.
// LANE: floats; rows begin and end at multiples.
struct _Desire { double rate, decay, threshold, margin, wanted_out, wanted_hidden, drop_in, drop_hidden; };
struct _Ticks { int64_t spikes_in, spikes, operations, changed, possible, samples; };

struct _Layers {
  int64_t n, steps;  // layers of units
  uint32_t heard;  // bits of all steps but the last, whose spikes nobody hears
  vector<int64_t> size, stride;
  vector<float*> w;  // w[l]: from layer l onto l + 1, [size[l]][stride[l + 1]]
  vector<vector<uint32_t>> bits;
  vector<vector<float>> keep;  // 1 or 0: units that dropout leaves
  vector<vector<float>> sign, error;  // (2 D1 - 1) D0 and that times the error
  vector<float> x, v, s, trace, sum;
  vector<int32_t> active;

  void make(int64_t layers, const int64_t* sizes, int64_t t, float* weights) {
    n = layers; steps = t; heard = (1u << t) - 1u; size.assign(sizes, sizes + n);
    stride.resize(n); w.resize(n); bits.resize(n); keep.resize(n); sign.resize(n); error.resize(n);
    int64_t widest = 0, at = 0;
    for (int64_t l = 0; l < n; l++) {
      stride[l] = (size[l] + LANE - 1) / LANE * LANE;
      bits[l].assign(stride[l], 0); keep[l].assign(stride[l], 1); sign[l].assign(stride[l], 0); error[l].assign(stride[l], 0);
      if (l) { w[l - 1] = weights + at; at += size[l - 1] * stride[l]; widest = max(widest, stride[l]); }
    }
    x.assign(steps * widest, 0); s.assign(steps * widest, 0); v.assign(widest, 0); sum.assign(widest, 0);
    trace.assign(steps, 0);
  }

  static double dropped(int64_t l, const _Desire& d) { return l ? d.drop_hidden : d.drop_in; }
  void drop(int64_t l, const _Desire& d) {
    const double share = dropped(l, d);
    for (int64_t i = 0; i < size[l]; i++) keep[l][i] = share <= 0 || _rand(_Draw(i, (uint32_t)l)) >= share ? 1.0f : 0.0f;
  }

  // A pixel of p (0 to 1) spikes whenever the sum of what came in reaches one, which is then taken off.
  template <typename P> void encode(const P* pixels, float scale) {
    for (int64_t i = 0; i < size[0]; i++) {
      uint32_t found = 0;
      if (keep[0][i] > 0) {
        const float p = pixels[i] / scale;
        float u = 0;
        for (int64_t t = 0; t < steps; t++) { u += p; if (u >= 1) { u -= 1; found |= 1u << t; } }
      }
      bits[0][i] = found;
    }
  }

  void forward(int64_t l, const _Desire& d, _Ticks& ticks) {  // from layer l to l + 1
    const int64_t m = stride[l + 1];
    const float factor = 1 / (1 - dropped(l, d));
    fill_n(x.data(), steps * m, 0.0f);
    for (int64_t i = 0; i < size[l]; i++) {
      const float* const row = w[l] + i * m;
      uint32_t left = bits[l][i] & heard;
      ticks.operations += __builtin_popcount(left) * size[l + 1];
      for (; left; left &= left - 1) {
        float* const to = x.data() + __builtin_ctz(left) * m;
        for (int64_t j = 0; j < m; j++) to[j] += factor * row[j];
      }
    }
    const float decay = d.decay, threshold = d.threshold;
    uint32_t* const out = bits[l + 1].data();
    const float* const kept = keep[l + 1].data();
    fill_n(v.data(), m, 0.0f); fill_n(out, m, 0u);
    for (int64_t t = 0; t < steps; t++) {
      const float* const in = x.data() + t * m;
      const uint32_t bit = 2u << t;
      for (int64_t j = 0; j < m; j++) {
        const float now = decay * v[j] + in[j];
        const bool spike = now >= threshold && kept[j] > 0;
        v[j] = spike ? now - threshold : now;
        out[j] |= spike ? bit : 0u;
      }
    }
  }

  int32_t count(int64_t l, int64_t i) const { return __builtin_popcount(bits[l][i]); }

  // Which units of layer l are to change, and how: from how far their counts are from what is desired of them.
  void desired(int64_t l, int64_t i, bool change, bool up, const _Desire& d) {
    const float direction = (up ? 1.0f : -1.0f) * (change ? 1.0f : 0.0f) * keep[l][i];
    sign[l][i] = direction;
    error[l][i] = direction * fabsf((up ? 1.0f : 0.0f) - count(l, i) / (float)(steps - d.margin));
  }

  void output(int64_t label, const _Desire& d) {
    const int64_t l = n - 1;
    for (int64_t i = 0; i < size[l]; i++) {
      const float share = count(l, i) / (float)(steps - d.margin);
      desired(l, i, (i == label ? 1 - share : share) > (float)d.wanted_out, i == label, d);
    }
  }

  // Work out what is desired of layer l by its weights onto l + 1, and change these.
  void backward(int64_t l, const _Desire& d, _Ticks& ticks) {
    const int64_t m = stride[l + 1];
    active.clear();
    for (int64_t j = 0; j < size[l + 1]; j++) if (sign[l + 1][j] != 0 && bits[l + 1][j]) active.push_back((int32_t)j);
    const int64_t k = (int64_t)active.size();
    const bool few = k * 4 < m;  // gathered, where few units change
    const int64_t wide = few ? (k + LANE - 1) / LANE * LANE : m;
    for (int64_t t = 0; t < steps; t++) {
      float* const row = s.data() + t * wide;
      fill_n(row, wide, 0.0f);
      for (int64_t a = 0; a < k; a++) {
        const int32_t j = active[a];
        if (bits[l + 1][j] >> (t + 1) & 1u) row[few ? a : j] = (float)d.rate * sign[l + 1][j];
      }
    }
    const bool below = l > 0, all = l > 1;  // whether units of layer l have desires, and whether silent ones matter
    const float* const g = error[l + 1].data();
    ticks.possible += size[l] * size[l + 1];
    for (int64_t i = 0; i < size[l]; i++) {
      float* const row = w[l] + i * m;
      const uint32_t spikes = bits[l][i] & heard;
      if (below && (all || bits[l][i])) {
        float lanes[LANE] = {};
        for (int64_t j = 0; j < m; j += LANE)
          for (int64_t a = 0; a < LANE; a++) lanes[a] += row[j + a] * g[j + a];
        float q = 0;
        for (int64_t a = 0; a < LANE; a++) q += lanes[a];
        desired(l, i, fabsf(q) >= (float)d.wanted_hidden, q > 0, d);
      }
      if (!spikes || !k) continue;
      ticks.changed += k;
      float tr = 0;
      for (int64_t t = 0; t < steps; t++) { tr = (float)d.decay * tr + (spikes >> t & 1u); trace[t] = tr; }
      fill_n(sum.data(), wide, 0.0f);
      for (int64_t t = __builtin_ctz(spikes); t < steps; t++) {
        const float* const from = s.data() + t * wide;
        const float c = trace[t];
        for (int64_t a = 0; a < wide; a++) sum[a] += c * from[a];
      }
      if (few) for (int64_t a = 0; a < k; a++) row[active[a]] += sum[a];
      else for (int64_t j = 0; j < m; j++) row[j] += sum[j];
    }
  }
};

// whole: layers, steps, samples, number of the first, whether they learn, whether values are bytes, seed, and the sizes of the
// layers; see layered.py.
extern "C" int64_t layered(const int64_t* whole, const double* real, float* weights, const void* images, const int32_t* labels,
                           const int64_t* order, int32_t* counts, int64_t* told) {
  const int64_t samples = whole[2], first = whole[3], learn = whole[4], bytes = whole[5];
  SEED = (uint64_t)whole[6];
  _Layers net;
  net.make(whole[0], whole + 7, whole[1], weights);
  _Desire d;
  memcpy(&d, real, sizeof d);
  if (!learn) d.drop_in = d.drop_hidden = 0;
  _Ticks ticks = {};
  const int64_t last = net.n - 1, classes = net.size[last], pixels = net.size[0];
  for (int64_t k = 0; k < samples; k++) {
    const int64_t at = order[k];
    DRAWN = first + k;
    for (int64_t l = 0; l < last; l++) net.drop(l, d);
    if (bytes) net.encode((const uint8_t*)images + at * pixels, 255.0f);
    else net.encode((const float*)images + at * pixels, 1.0f);
    for (int64_t i = 0; i < pixels; i++) ticks.spikes_in += net.count(0, i);
    for (int64_t l = 0; l < last; l++) {
      net.forward(l, d, ticks);
      for (int64_t j = 0; j < net.size[l + 1]; j++) ticks.spikes += net.count(l + 1, j);
    }
    for (int64_t j = 0; j < classes; j++) counts[k * classes + j] = net.count(last, j);
    ticks.samples++;
    if (!learn) continue;
    net.output(labels[at], d);
    bool any = false;
    for (int64_t j = 0; j < classes; j++) any |= net.sign[last][j] != 0;
    if (!any) continue;  // nothing is desired of the last layer, and so of no other
    for (int64_t l = last - 1; l >= 0; l--) net.backward(l, d, ticks);
  }
  memcpy(told, &ticks, sizeof ticks);
  return 0;
}
