// Package cpe reads and writes CPE 2.3 names (NISTIR 7695), compares them
// (NISTIR 7696) and applies the version ranges of NVD.
//
//	n, err := cpe.Parse("cpe:2.3:h:philips:intellivue_mx40:b.05:*:*:*:*:*:*:*")
//	n[cpe.Product].Literal() // "intellivue_mx40"
//
// A [Name] has eleven attributes. Each is a [Value]: ANY (nothing is said), NA (it
// does not apply), or text, in which an unquoted * or ? at either end stands for
// more. Text is kept in lower case, because names are compared without case.
//
// # Comparing
//
// [Compare] relates two names as sets of products: the source may be the same,
// wider, narrower, disjoint, or none of these. [Match] says it in words, for a
// criterion of an advisory and the name of a component. Only [Superset] and
// [Equal] mean that the criterion covers the component. [Subset] and [Undefined]
// mean that the component's name says too little: cannot tell, never no.
//
// # Ranges
//
// NVD writes versions beside the name, "versionEndExcluding 4.33". [Range] applies
// them. Versions are ordered as makers number them (version.Loose) if nothing
// better is known of the product, and what has no order is not guessed.
package cpe
