// Package product matches devices to the products that advisories name, where
// neither carries a package URL or a CPE.
package product
