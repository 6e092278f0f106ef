// Package inventory resolves who is who: it folds the identifiers that
// observations carry into assets and links.
//
// An [Inventory] is a fold over the site's log. [Inventory.Resolve] is called for
// each observation in log order and answers which assets it is about. The same
// observations give the same assets, with the same ids, in the same order: an id
// derives from the log position that brought the asset to light, and nothing is
// decided by the order of a map or by the clock.
//
// It knows no protocol. What an observation says of who is who comes from
// [kind.Claimer] and [kind.Linker].
//
// # What identifies an asset
//
//   - A hardware address, unless it speaks for many addresses: then it is a
//     router's, and what is behind it is told apart by network address. A pair of
//     hardware and network address is proven when a protocol stated it that does
//     not cross routers (ARP, DHCP, link-local traffic).
//   - A serial number, an EUI-64, a UDI with a production identifier or a
//     WS-Addressing endpoint names one device, wherever it speaks from.
//   - A network address names whoever held it last, for as long as nothing says
//     otherwise and at most [Limits].AddressLife.
//   - AE titles, host names, client ids and the like belong to what a host does.
//     They support; they never decide.
//
// What is certain is merged at once. What is likely becomes a
// [wardround.Proposal], and a person accepts or rejects it. What a person said is
// never overwritten. Ids are permanent: a merge adds an alias, a split removes it.
//
// An asset comes to light when it speaks. An address that was only called, as a
// scanner calls thousands, is not an asset. Public addresses become remote
// assets, first one per address, then one per block, then one for all others, so
// that neither a scan nor a beacon grows the inventory without end.
//
// # Confidence of an identifier
//
// [wardround.Said] was said by a person or an import; [wardround.Observed] was
// seen; [wardround.Indicated] was seen, but another explanation is possible;
// [wardround.Guessed] is no longer held, or was only seen together with the asset.
// Only identifiers from Indicated upwards identify.
package inventory
