// Package poison looks through a training set for marks of data that somebody put
// there: records that stand there often, records that are the same but for the label,
// labels that disagree with all neighbours, and records that pull a class in one
// direction of their own.
//
//	[Duplicates]  rows that are the same, and of those the ones that contradict each other
//	[Neighbours]  labels that differ from nearly all of the nearest rows (label flips)
//	[Spectral]    rows that stand out along the strongest direction of their class
//	              (Tran, Li and Madry, "Spectral Signatures in Backdoor Attacks", NeurIPS 2018)
//
// None of it proves an attack. Rare diseases have labels that differ from their
// neighbours' too, and a protocol repeats itself: what is found is for a person to look at,
// and is given by row, with how it compares with what chance gives.
package poison
