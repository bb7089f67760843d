/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import static java.util.stream.Collectors.joining;

import io.anabranch.api.AuthorException;
import io.anabranch.api.UserException;
import io.anabranch.transforms.internal.events.RecordException.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.Pipeline.PipelineVisitor;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.ParDo;

/**
 * Finds the view and the step of an error by its stack trace. Runners do not name the step; but the
 * classes of an author's steps are known from the graph, and the one that threw is in the trace.
 */
final class AuthorSteps {
  /** As {@link Views} names the steps of authors. */
  private static final Pattern NAME =
      Pattern.compile("Views[^/]*/(.+?)/(?:Contributions|Rows)(?:/(.*?))?(?:/ParMultiDo\\(.*\\))?");

  /** By the name of a class, the steps of that class, each as its view and its name in the view. */
  private final Map<String, TreeSet<Step>> steps = new HashMap<>();

  private record Step(String view, String name) implements Comparable<Step> {
    @Override
    public int compareTo(Step other) {
      return toString().compareTo(other.toString());
    }
  }

  private AuthorSteps() {}

  static AuthorSteps of(Pipeline pipeline) {
    AuthorSteps steps = new AuthorSteps();
    pipeline.traverseTopologically(
        new PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(Node node) {
            if (node.getTransform() != null) {
              steps.add(node.getTransform().getClass(), node.getFullName());
            }
            return CompositeBehavior.ENTER_TRANSFORM;
          }

          @Override
          public void visitPrimitiveTransform(Node node) {
            if (node.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo) {
              steps.add(parDo.getFn().getClass(), node.getFullName());
            }
          }
        });
    return steps;
  }

  private void add(Class<?> type, String fullName) {
    Matcher matcher = NAME.matcher(fullName);
    if (matcher.matches()) {
      String name = matcher.group(2) == null ? type.getSimpleName() : matcher.group(2);
      steps
          .computeIfAbsent(type.getName(), absent -> new TreeSet<>())
          .add(new Step(matcher.group(1), name));
    }
  }

  /** Returns what an error says if code of an author threw it. */
  Optional<UserException> explain(Throwable error) {
    Where where = Where.of(error);
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      Optional<String> author = AuthorException.text(cause);
      if (author.isPresent()) {
        String record = where.record().map(text -> " (" + text + ")").orElse("");
        return Optional.of(new UserException(author.get() + record, error));
      }
    }
    Throwable root = AuthorException.origin(error);
    if (where.view().isPresent() && where.step().isPresent()) {
      return Optional.of(
          AuthorException.of(where.view().get(), where.step().get(), record(where), root));
    }
    for (StackTraceElement frame : root.getStackTrace()) {
      List<Step> found = found(frame.getClassName(), where.view());
      if (!found.isEmpty()) {
        return Optional.of(
            AuthorException.of(
                names(found, Step::view), names(found, Step::name), record(where), root));
      }
    }
    return Optional.empty();
  }

  private static String names(List<Step> found, Function<Step, String> name) {
    return found.stream().map(name).distinct().collect(joining("\" or \""));
  }

  private static String record(Where where) {
    return where.record().orElse("a record that this runner does not name (flink-local does)");
  }

  /** Several steps may be of one class. */
  private List<Step> found(String className, Optional<String> view) {
    return steps.getOrDefault(className, new TreeSet<>()).stream()
        .filter(step -> view.isEmpty() || view.get().equals(step.view()))
        .toList();
  }
}
