package artefact

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/openvino"
)

// Bounds of a walk.
const (
	maxFiles   = 1_000_000
	maxFolders = 64 // deep
)

// ScanPaths looks at files and at all files below folders, several at once, and
// calls each with the reports in the order of the walk, one at a time. What belongs
// to git (.git) is left out. A link inside a folder is followed by the file it
// leads to if that lies in the same folder, where it is scanned anyway; one that
// leads elsewhere or nowhere is reported as unreadable. A path that does not exist
// is an error (wardround.ENotFound), found before anything is scanned.
func ScanPaths(ctx context.Context, paths []string, opt Options, each func(*Report) error) error {
	for _, p := range paths {
		if _, err := os.Stat(p); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return wardround.Errorf(wardround.ENotFound, "artefact", "%s: there is no such file or folder", p)
			}
			return wardround.Wrap(wardround.EInvalid, "artefact", err)
		}
	}
	workers := opt.Workers
	if workers <= 0 {
		workers = 2
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type job struct {
		path string
		rep  *Report // already known
		out  chan result
	}
	jobs := make(chan job)
	order := make(chan job, 4*workers) // reports wait here for those before them
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range jobs {
				if j.rep != nil {
					j.out <- result{rep: j.rep}
					continue
				}
				rep, err := ScanFile(ctx, j.path, opt)
				j.out <- result{rep, err}
			}
		})
	}
	var walkErr error
	wg.Go(func() {
		defer close(order)
		defer close(jobs)
		walkErr = walk(paths, func(path string, rep *Report) error {
			j := job{path, rep, make(chan result, 1)}
			select {
			case order <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case jobs <- j:
			case <-ctx.Done():
				j.out <- result{err: ctx.Err()}
				return ctx.Err()
			}
			return nil
		})
	})
	var err error
	for j := range order {
		r := <-j.out
		if err != nil {
			continue
		}
		if err = r.err; err == nil {
			err = each(r.rep)
		}
		if err != nil {
			cancel()
		}
	}
	wg.Wait()
	if err == nil {
		err = walkErr
	}
	return err
}

type result struct {
	rep *Report
	err error
}

// ScanFile looks at one file of the disk. A file that can't be opened is unreadable,
// not an error.
func ScanFile(ctx context.Context, path string, opt Options) (*Report, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return refused(path, "artefact.special-file", "this is no regular file; it was not opened"), nil
	}
	var f *os.File
	if err == nil {
		if f, err = os.Open(path); err == nil {
			info, err = f.Stat() // of what was opened
		}
	}
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return refused(path, "artefact.read", "the file can't be opened: "+err.Error()), nil
	}
	defer f.Close()
	opt.companion = beside(path)
	rep, err := Scan(ctx, f, info.Size(), path, opt)
	if err != nil && ctx.Err() == nil {
		return refused(path, "artefact.read", err.Error()), nil
	}
	if after, serr := f.Stat(); err == nil && (serr != nil || after.Size() != info.Size() || !after.ModTime().Equal(info.ModTime())) {
		rep.add(Hit{Rule: "artefact.changed", Level: issue.Unreadable, Offset: -1, Text: "the file was changed while it was read; what is there now was not seen"})
	}
	return rep, err
}

// beside reports whether path holds the numbers of an OpenVINO model: a .bin whose .xml
// stands beside it.
func beside(path string) bool {
	name, ok := strings.CutSuffix(path, ".bin")
	if !ok {
		return false
	}
	info, err := os.Stat(name + ".xml")
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(name + ".xml")
	if err != nil {
		return false
	}
	defer f.Close()
	return openvino.Is(peek(f, 0, info.Size(), headLen))
}

// refused is the report of what was not looked at.
func refused(path, rule, text string) *Report {
	return &Report{Path: path, Verdict: Unreadable, Format: "not read", Rules: []Hit{{Rule: rule, Level: issue.Unreadable, Offset: -1, Text: text}}}
}

// walk finds the files.
func walk(paths []string, found func(string, *Report) error) error {
	n := 0
	for _, root := range paths {
		real, err := filepath.EvalSymlinks(root)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "artefact", err)
		}
		err = filepath.WalkDir(real, func(at string, d fs.DirEntry, err error) error {
			path := root + strings.TrimPrefix(at, real) // as the caller calls it
			if n++; n > maxFiles {
				return wardround.Errorf(wardround.EFull, "artefact", "more than %d files below %s; scan its folders one by one", maxFiles, root)
			}
			switch {
			case err != nil:
				return found(path, refused(path, "artefact.read", "the folder can't be read: "+err.Error()))
			case path == root && !d.IsDir():
				return found(path, nil)
			case d.IsDir() && d.Name() == ".git" && path != root:
				return fs.SkipDir
			case d.IsDir() && strings.Count(path[len(root):], string(filepath.Separator)) > maxFolders:
				return errors.Join(found(path, refused(path, "artefact.depth", "folders are nested too deeply; what is below was not seen")), fs.SkipDir)
			case d.IsDir():
				return nil
			case d.Type()&fs.ModeSymlink != 0:
				to, err := filepath.EvalSymlinks(at)
				if below, ok := strings.CutPrefix(to, real); err == nil && ok && (below == "" || below[0] == filepath.Separator) && !strings.Contains(below+"/", "/.git/") {
					return nil // scanned where it lies
				}
				return found(path, refused(path, "artefact.link-outside", "a link that leads out of the folder or nowhere; what it leads to was not seen"))
			}
			return found(path, nil)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
