/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.UsageException;
import io.anabranch.api.UserException;
import java.lang.reflect.InvocationTargetException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * An application whose views passed the graph checks.
 *
 * @param <E> the author's event
 */
public final class LoadedApplication<E> {
  private final String name;
  private final EventFormat<E> events;
  private final Map<String, ViewDefinition<E, ?, ?, ?, ?>> views;

  private LoadedApplication(
      String name, EventFormat<E> events, Map<String, ViewDefinition<E, ?, ?, ?, ?>> views) {
    this.name = name;
    this.events = events;
    this.views = views;
  }

  /**
   * Loads an application by the name of its class.
   *
   * @throws UsageException if there is no such class, it is no application, or its views are
   *     refused
   */
  public static LoadedApplication<?> load(String className) {
    Class<?> type;
    try {
      type = Class.forName(className, true, classLoader());
    } catch (LinkageError e) {
      throw unloadable(className, e);
    } catch (ClassNotFoundException e) {
      throw new UsageException(
          "application %s is not on the class path: check the name, and that the jar that holds it is given (launcher: ANABRANCH_CLASSPATH)"
              .formatted(className),
          e);
    }
    if (!Application.class.isAssignableFrom(type)) {
      throw new UsageException(
          "application " + className + " does not implement " + Application.class.getName());
    }
    @SuppressWarnings("unchecked") // it is one, as was just seen
    Class<? extends Application<?>> application = (Class<? extends Application<?>>) type;
    return load(application);
  }

  /**
   * Makes an application of a class.
   *
   * @throws UsageException if it cannot be made, or its views are refused
   */
  public static LoadedApplication<?> load(Class<? extends Application<?>> type) {
    String className = type.getName();
    try {
      return checked(className, type.getConstructor().newInstance());
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
      throw new UsageException(
          "application %s cannot be made: it must be a public class with a public constructor without parameters"
              .formatted(className),
          e);
    } catch (InvocationTargetException e) {
      throw new UsageException(
          "application " + className + " cannot be made: its constructor threw " + e.getCause(), e);
    } catch (LinkageError e) { // such as a static initializer that fails
      throw unloadable(className, e);
    }
  }

  private static UsageException unloadable(String className, LinkageError error) {
    return new UsageException(
        "application %s cannot be loaded: %s%s"
            .formatted(
                className, error, error.getCause() == null ? "" : ", by " + error.getCause()),
        error);
  }

  private static LoadedApplication<?> checked(String className, Application<?> application) {
    try {
      return of(application);
    } catch (UserException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new UsageException(
          "application %s cannot be used: %s"
              .formatted(className, e.getMessage() == null ? e : e.getMessage()),
          e);
    }
  }

  /**
   * Checks an application.
   *
   * @throws UsageException if it has no views, two of one name, or a view that is refused
   */
  public static <E> LoadedApplication<E> of(Application<E> application) {
    String name = application.getClass().getName();
    EventFormat<E> events = application.events();
    Map<String, ViewDefinition<E, ?, ?, ?, ?>> views = new LinkedHashMap<>();
    for (MaterializedView<E, ?, ?> view : application.views()) {
      if (views.put(view.name(), ViewDefinition.of(view, events)) != null) {
        throw new UsageException(
            "application " + name + " has two views named \"" + view.name() + "\": rename one");
      }
    }
    if (views.isEmpty()) {
      throw new UsageException("application " + name + " has no views: views() must return some");
    }
    return new LoadedApplication<>(name, events, views);
  }

  /** Returns the name of the application's class. */
  public String name() {
    return name;
  }

  /** Returns the format of its events. */
  public EventFormat<E> events() {
    return events;
  }

  /** Returns its views, in the order of the author. */
  public List<ViewDefinition<E, ?, ?, ?, ?>> views() {
    return List.copyOf(views.values());
  }

  /**
   * Returns a view by its name.
   *
   * @throws UsageException if there is none of this name
   */
  public ViewDefinition<E, ?, ?, ?, ?> view(String viewName) {
    ViewDefinition<E, ?, ?, ?, ?> view = views.get(viewName);
    if (view == null) {
      String nearest =
          views.keySet().stream()
              .min(
                  (left, right) ->
                      Integer.compare(distance(viewName, left), distance(viewName, right)))
              .orElseThrow();
      throw new UsageException(
          "view \"%s\" is not known%s The views of %s are %s"
              .formatted(
                  viewName,
                  distance(viewName, nearest) <= 3 ? ": did you mean \"" + nearest + "\"?" : ".",
                  name,
                  String.join(", ", views.keySet())));
    }
    return view;
  }

  private static int distance(String left, String right) {
    return LevenshteinDistance.getDefaultInstance().apply(left, right);
  }

  private static ClassLoader classLoader() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return context == null ? LoadedApplication.class.getClassLoader() : context;
  }
}
