/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The pages of a made-up shop with a blog and manuals, a few of them far more popular. */
final class SamplePages {
  private static final double EXPONENT = 1.0;
  private static final String[] TOP = {
    "about",
    "cart",
    "checkout",
    "contact",
    "faq",
    "imprint",
    "jobs",
    "login",
    "news",
    "pricing",
    "privacy",
    "search",
    "sitemap.xml",
    "status"
  };
  private static final String[] KINDS = {
    "canvas", "ceramic", "copper", "cork", "felt", "glass", "leather", "linen", "oak", "steel"
  };
  private static final String[] THINGS = {
    "apron", "basket", "bench", "bowl", "clock", "desk", "hook", "jug", "lamp", "mug", "rack",
    "tray"
  };
  private static final String[] VERBS = {
    "choosing", "cleaning", "comparing", "designing", "making", "packing", "repairing", "testing"
  };
  private static final String[] TOPICS = {
    "billing",
    "delivery",
    "gifts",
    "import",
    "install",
    "limits",
    "orders",
    "returns",
    "search",
    "warranty"
  };
  private static final String[] FILES = {
    "css/main.css", "css/print.css", "fonts/text.woff2", "img/hero.jpg", "img/logo.svg",
    "img/map.png", "img/team.jpg", "js/app.js", "js/cart.js", "js/vendor.js"
  };
  private static final String[] MISSING = {
    "/.env", "/admin.php", "/apple-touch-icon.png", "/blog/feed.rss", "/wp-login.php", "/shop/old"
  };
  private static final String[] QUERIES = {
    "?ref=newsletter", "?utm_source=feed&utm_medium=rss", "?page=2", "?page=3", "?lang=de"
  };

  private final List<Page> pages = new ArrayList<>();
  private final Zipf popularity;

  /** A page and the usual size of it, in bytes. */
  record Page(String path, int size) {}

  SamplePages(Random random) {
    for (String name : TOP) {
      add("/" + name, 4_000, random);
    }
    for (String thing : THINGS) {
      for (String kind : KINDS) {
        add("/products/" + kind + "-" + thing, 18_000, random);
      }
    }
    for (int i = 0; i < VERBS.length * THINGS.length; i++) {
      String slug = VERBS[i % VERBS.length] + "-the-" + THINGS[i / VERBS.length];
      add("/blog/" + (2019 + i % 7) + "/" + slug, 9_000, random);
    }
    for (String topic : TOPICS) {
      add("/docs/guide/" + topic, 7_000, random);
      add("/docs/api/v2/" + topic, 12_000, random);
    }
    for (String file : FILES) {
      add("/static/" + file, 60_000, random);
    }
    Collections.shuffle(pages, random);
    pages.add(0, new Page("/", 6_000));
    popularity = new Zipf(pages.size(), EXPONENT);
  }

  private void add(String path, int usual, Random random) {
    pages.add(new Page(path, (int) (usual * StrictMath.exp(0.7 * random.nextGaussian()))));
  }

  Page next(Random random) {
    return pages.get(popularity.next(random));
  }

  /** Returns a path that does not exist. */
  static String missing(Random random) {
    return MISSING[random.nextInt(MISSING.length)];
  }

  /** Returns what is asked of a page: its path, now and then with a query string. */
  static String target(Page page, Random random) {
    String path = page.path();
    if (path.equals("/search")) {
      return path + "?q=" + KINDS[random.nextInt(KINDS.length)] + "+" + pick(THINGS, random);
    }
    boolean file = path.startsWith("/static/");
    return random.nextInt(100) < (file ? 2 : 12) ? path + pick(QUERIES, random) : path;
  }

  static String pick(String[] from, Random random) {
    return from[random.nextInt(from.length)];
  }
}
