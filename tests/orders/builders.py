from services.orders.models import Category, Product


def stock():
    tea = Category.objects.create(slug="tea", name_en="Tea", name_ru="Чай")
    home = Category.objects.create(slug="home", name_en="Home", name_ru="Дом")
    for category, slug, russian, amount in [
        (tea, "green-tea", "Зелёный чай", 129_000),
        (tea, "black-tea", "Чёрный чай", 9_900),
        (home, "lamp", "Лампа", 699_000),
        (home, "moon", "Луна", 10**12),
    ]:
        english = slug.replace("-", " ").capitalize()
        texts = {"name_en": english, "name_ru": russian, "description_en": "Good.", "description_ru": "Хорошо."}
        Product.objects.create(category=category, slug=slug, amount=amount, **texts)
