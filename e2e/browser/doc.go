// Package browser tries the face as people do: a real Chromium drives the real
// program over its own port. Each test says in its name who does what. Screenshots
// go to the folder screenshots, which git ignores, light and dark, narrow and wide.
//
// Chromium is found through testkit.Need: without it the tests skip on a laptop and
// fail in CI. axe-core judges every page; it comes from web/node_modules.
package browser
