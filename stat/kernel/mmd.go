package kernel

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// MMD is the unbiased squared maximum mean discrepancy with a Gaussian kernel (Gretton et al. 2012, eq. 3), p by permutation. At
// most [MaxRows] rows together; memory is 8 bytes for each pair.
func MMD(ctx context.Context, a, b [][]float64, o Options) (Result, error) {
	if _, err := check(a, b, 2, MaxRows); err != nil {
		return Result{}, err
	}
	z := pool(a, b)
	w := o.width2(z)
	N := len(z)
	k := make([]float64, N*N)
	row := make([]float64, N) // sums without the diagonal
	all := 0.0
	for i := range N {
		if i%64 == 0 && ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		for j := i + 1; j < N; j++ {
			v := math.Exp(-squared(z[i], z[j]) / w)
			k[i*N+j], k[j*N+i] = v, v
			row[i] += v
			row[j] += v
			all += 2 * v
		}
	}
	// With XX the sum within the first sample and R the sum of its rows, XY = R − XX and YY = all − 2R + XX. So a permutation
	// costs n²/2 look-ups.
	statistic := func(inA []int32) float64 {
		var xx, rows float64
		for i, x := range inA {
			line := k[int(x)*N : int(x)*N+N]
			rows += row[x]
			s := 0.0
			for _, y := range inA[:i] {
				s += line[y]
			}
			xx += 2 * s
		}
		n, m := float64(len(inA)), float64(N-len(inA))
		if n < 2 || m < 2 {
			return math.Inf(-1)
		}
		return xx/(n*(n-1)) + (all-2*rows+xx)/(m*(m-1)) - 2*(rows-xx)/(n*m)
	}
	seen, p, err := o.permute(ctx, len(a), len(b), statistic)
	return Result{Test: "mmd", Statistic: seen, P: p, Method: "permutation", NA: len(a), NB: len(b), Width: math.Sqrt(w)}, err
}

// MMDFeatures is [MMD] with the kernel replaced by random Fourier features, whose means are compared: time and memory grow with
// the rows, not with their square. The statistic is biased by about (1/n + 1/m); the permutations share the bias.
func MMDFeatures(ctx context.Context, a, b [][]float64, o Options) (Result, error) {
	d, err := check(a, b, 2, MaxLong)
	if err != nil {
		return Result{}, err
	}
	D := o.Features
	if D == 0 {
		D = 256
	}
	if D < 2 || D > 4096 || (len(a)+len(b))*D > 1<<28 {
		return Result{}, fmt.Errorf("%d features of %d rows: between 2 and 4,096, and at most 2^28 together", D, len(a)+len(b))
	}
	z := pool(a, b)
	w := o.width2(z)
	// exp(−‖δ‖²/w) is the mean of cos(ω·δ) over ω of variance 2/w.
	r := rand.New(rand.NewPCG(o.Seed, 0x2545f4914f6cdd1d))
	half := D / 2
	omega := make([]float64, half*d)
	for i := range omega {
		omega[i] = r.NormFloat64() * math.Sqrt(2/w)
	}
	phi := make([]float64, len(z)*2*half)
	total := make([]float64, 2*half)
	for i, x := range z {
		if i%64 == 0 && ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		f := phi[i*2*half : (i+1)*2*half]
		for h := range half {
			s := 0.0
			for j, v := range x {
				s += v * omega[h*d+j]
			}
			f[2*h], f[2*h+1] = math.Sincos(s)
		}
		for h, v := range f {
			total[h] += v
		}
	}
	sum := make([]float64, 2*half)
	statistic := func(inA []int32) float64 {
		clear(sum)
		for _, i := range inA {
			for h, v := range phi[int(i)*2*half : (int(i)+1)*2*half] {
				sum[h] += v
			}
		}
		n, m := float64(len(inA)), float64(len(z)-len(inA))
		s := 0.0
		for h, v := range sum {
			diff := v/n - (total[h]-v)/m
			s += diff * diff
		}
		return s / float64(half)
	}
	seen, p, err := o.permute(ctx, len(a), len(b), statistic)
	return Result{Test: "mmd-features", Statistic: seen, P: p, Method: "permutation", NA: len(a), NB: len(b), Width: math.Sqrt(w)}, err
}

// LSDD estimates ∫(p−q)² by fitting the difference of densities with up to 200 Gaussians (Sugiyama et al. 2013), p by
// permutation. The statistic is in units of (πσ²)^(−d/2), so that it can be computed in many columns; it compares within one
// call, not between different data. At most [MaxRows] rows together.
func LSDD(ctx context.Context, a, b [][]float64, o Options) (Result, error) {
	if _, err := check(a, b, 2, MaxRows); err != nil {
		return Result{}, err
	}
	z := pool(a, b)
	w := o.width2(z) // 2σ²
	N := len(z)
	step := (N + 199) / 200
	var centres [][]float64
	for i := 0; i < N; i += step {
		centres = append(centres, z[i])
	}
	C := len(centres)
	k := make([]float64, N*C)
	total := make([]float64, C)
	for i, x := range z {
		for c, y := range centres {
			v := math.Exp(-squared(x, y) / w)
			k[i*C+c] = v
			total[c] += v
		}
	}
	// θ = (H+λ)⁻¹h; LSDD = 2θ'h − θ'Hθ = h'Ah.
	H, ridge := mat.NewSymDense(C, nil), mat.NewSymDense(C, nil)
	for i := range C {
		for j := i; j < C; j++ {
			v := math.Exp(-squared(centres[i], centres[j]) / (2 * w))
			H.SetSym(i, j, v)
			if i == j {
				v += 0.01 * float64(C) / 10
			}
			ridge.SetSym(i, j, v)
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(ridge) {
		return Result{}, fmt.Errorf("lsdd: the kernel matrix of %d rows could not be inverted", C)
	}
	h := mat.NewVecDense(C, nil)
	sum := make([]float64, C)
	var theta, Ht mat.VecDense
	statistic := func(inA []int32) float64 {
		clear(sum)
		for _, i := range inA {
			for c, v := range k[int(i)*C : (int(i)+1)*C] {
				sum[c] += v
			}
		}
		n, m := float64(len(inA)), float64(N-len(inA))
		for c, v := range sum {
			h.SetVec(c, v/n-(total[c]-v)/m)
		}
		if err := chol.SolveVecTo(&theta, h); err != nil {
			return math.NaN()
		}
		Ht.MulVec(H, &theta)
		return 2*mat.Dot(&theta, h) - mat.Dot(&theta, &Ht)
	}
	seen, p, err := o.permute(ctx, len(a), len(b), statistic)
	return Result{Test: "lsdd", Statistic: seen, P: p, Method: "permutation", NA: len(a), NB: len(b), Width: math.Sqrt(w / 2)}, err
}
